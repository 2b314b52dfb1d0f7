// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.mettle.logs.Broadcast;

/**
 * What runs share with the rest of their process.
 *
 * @param broadcast lets clients read what commands print
 * @param slots what runs may take up
 */
public record Surroundings(Broadcast broadcast, Slots slots) {
  /** Nobody reads along, and each run takes one slot. */
  public static final Surroundings NONE = new Surroundings(Broadcast.NONE, Slots.oneForEach());
}
