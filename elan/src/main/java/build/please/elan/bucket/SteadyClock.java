// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Seconds that never jump: the wall clock's at the start, from then on the monotonic clock's. So a
 * clock that is set forward ends no lease, and one that is set back none late.
 */
final class SteadyClock {
  private final LongSupplier nanoTime;
  private final long startSecond;
  private final long startNano;

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  SteadyClock(Clock wall, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.startSecond = wall.instant().getEpochSecond();
    this.startNano = nanoTime.getAsLong();
  }

  /** Seconds since this clock was made. */
  int seconds() {
    return (int) TimeUnit.NANOSECONDS.toSeconds(nanoTime.getAsLong() - startNano);
  }

  /** Seconds since 1970 of a second of this clock. */
  long toEpoch(int second) {
    return startSecond + second;
  }

  /** The second of this clock for one since 1970; what lies too far off is brought near. */
  int fromEpoch(long epochSecond) {
    long second = epochSecond - startSecond;
    return (int) Math.max(Integer.MIN_VALUE / 4, Math.min(second, Integer.MAX_VALUE / 4));
  }
}
