// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Repeats the state of an operation to its watchers, so that no proxy takes the stream for dead
 * (WEX-03).
 *
 * @param period between two repetitions
 * @param timer runs them; should remove cancelled tasks at once, or each stream is remembered for
 *     one period after its end
 */
public record KeepAlive(Duration period, ScheduledExecutorService timer) {
  Future<?> every(Runnable repetition) {
    return timer.scheduleAtFixedRate(
        repetition, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
  }
}
