// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import com.google.longrunning.Operation;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * Repeats the state of an operation to its watchers, so that no proxy takes the stream for dead
 * (WEX-03), with what is known of its progress by then.
 *
 * @param period between two repetitions
 * @param progress adds what is to be said besides
 * @param shown what a client is told of a state, each time that it is
 * @param timer runs them; should remove cancelled tasks at once, or each stream is remembered for
 *     one period after its end
 */
public record KeepAlive(
    Duration period,
    UnaryOperator<Operation> progress,
    UnaryOperator<Operation> shown,
    ScheduledExecutorService timer) {
  Future<?> every(Runnable repetition) {
    return timer.scheduleAtFixedRate(
        repetition, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
  }
}
