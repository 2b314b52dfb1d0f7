// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Notices streams that stand still, whoever's fault it is: a client that stalls, trickles empty
 * messages or stops reading would otherwise hold a file and its buffers for ever (fault 59, fault
 * 134). Safe for concurrent use.
 */
final class IdleWatch {
  private final ScheduledExecutorService timer;
  private final Executor executor;
  private final Duration idle;

  /**
   * @param executor runs what happens to an idle stream, which may block
   */
  IdleWatch(ScheduledExecutorService timer, Executor executor, Duration idle) {
    this.timer = timer;
    this.executor = executor;
    this.idle = idle;
  }

  /**
   * Looks at a stream's progress from time to time until the future is cancelled.
   *
   * @param progress a number that grows with every byte that moves; must not block
   * @param whenIdle called whenever it is as it was at the last look
   */
  Future<?> watch(LongSupplier progress, Runnable whenIdle) {
    return timer.scheduleWithFixedDelay(
        new Look(progress, whenIdle), idle.toNanos(), idle.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** What to tell the client; it may try again. */
  String describe(String what) {
    return what + " stood still for " + idle.toSeconds() + " s";
  }

  private final class Look implements Runnable {
    private final LongSupplier progress;
    private final Runnable whenIdle;
    private long last;

    Look(LongSupplier progress, Runnable whenIdle) {
      this.progress = progress;
      this.whenIdle = whenIdle;
      this.last = progress.getAsLong();
    }

    @Override
    public void run() {
      long now = progress.getAsLong();
      if (now == last) {
        executor.execute(whenIdle);
      }
      last = now;
    }
  }
}
