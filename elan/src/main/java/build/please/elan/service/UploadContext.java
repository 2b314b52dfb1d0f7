// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** What all uploads of a server share. Safe for concurrent use. */
final class UploadContext {
  private final Uploads uploads;
  private final Arrivals arrivals;
  private final IdleWatch idle;
  private final ServiceConfig config;
  private final Executor executor;
  private final ScheduledExecutorService timer;

  /**
   * @param uploads announce what is stored to {@code arrivals}
   * @param executor for what the timer begins, and which may block
   */
  UploadContext(
      Uploads uploads,
      Arrivals arrivals,
      IdleWatch idle,
      ServiceConfig config,
      Executor executor,
      ScheduledExecutorService timer) {
    this.uploads = uploads;
    this.arrivals = arrivals;
    this.idle = idle;
    this.config = config;
    this.executor = executor;
    this.timer = timer;
  }

  Uploads uploads() {
    return uploads;
  }

  Arrivals arrivals() {
    return arrivals;
  }

  IdleWatch idle() {
    return idle;
  }

  /** Runs a task once a client that is done has had its time to say so. */
  @SuppressWarnings("FutureReturnValueIgnored") // An answer that came before makes it do nothing.
  void afterLastWord(Runnable task) {
    timer.schedule(() -> executor.execute(task), config.lastWord().toNanos(), TimeUnit.NANOSECONDS);
  }
}
