// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Does short things later, on one thread, and says how long others took, both by the one clock that
 * nobody can set (MET-04). What it runs must not block. Safe for concurrent use.
 */
public final class Timer implements AutoCloseable {
  /** Something that will happen unless it is closed first; closing does not wait for it. */
  interface Pending extends AutoCloseable {
    @Override
    void close();
  }

  private final ScheduledThreadPoolExecutor executor;

  public Timer() {
    executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "timer");
              thread.setDaemon(true);
              return thread;
            });
    executor.setRemoveOnCancelPolicy(true);
  }

  /** Runs {@code task} once, unless the timer is closed before. */
  Pending after(Duration delay, Runnable task) {
    try {
      var future = executor.schedule(task, nanos(delay), TimeUnit.NANOSECONDS);
      // Never by interrupt: it would close files that the task has open (J1).
      return () -> future.cancel(false);
    } catch (RejectedExecutionException closed) {
      return () -> {};
    }
  }

  /** Runs {@code task} again and again, unless it throws. */
  Pending every(Duration period, Runnable task) {
    try {
      var future =
          executor.scheduleWithFixedDelay(task, nanos(period), nanos(period), TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    } catch (RejectedExecutionException closed) {
      return () -> {};
    }
  }

  /** A reading of the clock; only differences mean something. */
  long nanoTime() {
    return System.nanoTime();
  }

  Duration since(long nanoTime) {
    return Duration.ofNanos(nanoTime() - nanoTime);
  }

  /** Drops what is pending. Does not wait for what runs. */
  @Override
  public void close() {
    executor.getQueue().clear();
    executor.shutdown();
  }

  private static long nanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException centuries) {
      return Long.MAX_VALUE / 2;
    }
  }
}
