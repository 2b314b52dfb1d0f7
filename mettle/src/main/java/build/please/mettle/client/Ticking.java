// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.common.rpc.Threads;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Keeps the time of the present stage going on a terminal, until closed. */
final class Ticking implements AutoCloseable {
  private static final long EVERY_MILLIS = 100;

  private final Runnable stop;

  private Ticking(Runnable stop) {
    this.stop = stop;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // It ends with the timer.
  static Ticking of(Console console) {
    if (console.style() != Console.Style.TERMINAL) {
      return new Ticking(() -> {});
    }
    ScheduledExecutorService timer = Threads.timer("progress");
    timer.scheduleWithFixedDelay(console::tick, EVERY_MILLIS, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    return new Ticking(timer::shutdown);
  }

  @Override
  public void close() {
    stop.run();
  }
}
