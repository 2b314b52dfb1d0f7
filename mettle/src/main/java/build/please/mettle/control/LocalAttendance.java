// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.control;

import build.please.mettle.logs.Broadcast;
import build.please.proto.control.AttendResponse.Wish;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Where worker and API server are one process. Safe for concurrent use. */
public final class LocalAttendance implements Attendance {
  private final Wishes wishes;
  private final Broadcast broadcast;
  private final ScheduledExecutorService timer;
  private final LongSupplier nanoTime;
  private final Duration period;

  /**
   * @param broadcast is where this process' clients read
   * @param timer stays the caller's
   * @param nanoTime as {@link System#nanoTime}
   * @param period between two looks at a run
   */
  public LocalAttendance(
      Wishes wishes,
      Broadcast broadcast,
      ScheduledExecutorService timer,
      LongSupplier nanoTime,
      Duration period) {
    this.wishes = wishes;
    this.broadcast = broadcast;
    this.timer = timer;
    this.nanoTime = nanoTime;
    this.period = period;
  }

  @Override
  public Hold hold(String operation, String server) {
    return new LocalHold(operation);
  }

  private final class LocalHold implements Hold {
    private final String operation;
    private final long start = nanoTime.getAsLong();
    private final Listener listener = new Listener();
    private final Future<?> looks;

    LocalHold(String operation) {
      this.operation = operation;
      this.looks =
          timer.scheduleWithFixedDelay(
              this::look, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void look() {
      if (wish() != Wish.WANTED) {
        listener.tell();
      }
    }

    @Override
    public Wish wish() {
      Duration known = Duration.ofNanos(nanoTime.getAsLong() - start);
      return wishes.of(operation, known);
    }

    @Override
    public void onUnwanted(Runnable toTell) {
      listener.set(toTell);
      look();
    }

    @Override
    public Broadcast broadcast() {
      return broadcast;
    }

    @Override
    public void close() {
      looks.cancel(false);
    }
  }
}
