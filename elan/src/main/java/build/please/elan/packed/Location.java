// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

/** Where a record begins: the number of its segment, and the offset there. Later is greater. */
final class Location {
  /** No location. */
  static final long NONE = -1;

  private Location() {}

  static long of(int segment, long offset) {
    return (long) segment << 32 | offset;
  }

  static int segment(long location) {
    return (int) (location >>> 32);
  }

  static long offset(long location) {
    return location & 0xffff_ffffL;
  }
}
