// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.mettle.control.Attendance;
import build.please.traces.Traces;

/**
 * What runs share with the rest of their process.
 *
 * @param slots what runs may take up
 * @param traces tells a collector of runs
 * @param attendance knows whether anybody waits for them, and who reads along
 */
public record Surroundings(Slots slots, Traces traces, Attendance attendance) {
  /** Nobody reads along or hears of runs, each takes one slot, and none is abandoned. */
  public static final Surroundings NONE =
      new Surroundings(Slots.oneForEach(), Traces.OFF, Attendance.NONE);
}
