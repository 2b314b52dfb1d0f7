// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

/** What the index says of an object. One is filled again and again. Not safe for concurrent use. */
public final class Found {
  long location = Location.NONE;
  int size;
  int used;
  int keptUntil;

  /** Bytes of the object. */
  public int size() {
    return size;
  }

  /** Where it lies; another after it was written again, or moved. */
  public long location() {
    return location;
  }

  /** When it was last used before, see {@link Moments}. */
  public int used() {
    return used;
  }

  /** Until when it must stay, see {@link Moments}; in the past if it need not. */
  public int keptUntil() {
    return keptUntil;
  }
}
