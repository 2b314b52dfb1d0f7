// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.mettle.meter.ApiMeters;
import build.please.mettle.queue.Lease;
import build.please.mettle.queue.Subscription;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes messages and acknowledges them, whatever becomes of them: an API server that cannot make
 * anything of one could not the next time either. Runs until its subscription is closed.
 */
final class TakeLoop implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(TakeLoop.class);

  private final Subscription messages;
  private final Consumer<Lease> reader;
  private final Duration pause;
  private final ApiMeters meters;

  /**
   * @param pause before the queue is asked again after it failed
   */
  TakeLoop(Subscription messages, Consumer<Lease> reader, Duration pause, ApiMeters meters) {
    this.messages = messages;
    this.reader = reader;
    this.pause = pause;
    this.meters = meters;
  }

  @Override
  public void run() {
    while (true) {
      try {
        Optional<Lease> next = messages.take();
        if (next.isEmpty()) {
          return;
        }
        try (Lease lease = next.get()) {
          read(lease);
          lease.ack();
        }
      } catch (IOException | RuntimeException e) {
        // Clients wait for what comes after, so this must go on whatever happens.
        meters.receiveFailed();
        log.warn("cannot take messages, trying again in {}", pause, e);
        LockSupport.parkNanos(pause.toNanos());
      }
    }
  }

  private void read(Lease lease) {
    try {
      reader.accept(lease);
    } catch (RuntimeException e) {
      log.error("a bug: dropping message {}, which nothing should be wrong with", lease.id(), e);
    }
  }
}
