// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.cas.MalformedException;
import build.please.mettle.meter.ApiMeters;
import build.please.mettle.queue.Lease;
import build.please.mettle.queue.ResponseMessage;
import build.please.mettle.queue.Subscription;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells {@link Operations} what workers say. Runs until its subscription is closed, on a thread of
 * its own; several may share a subscription, and the operations.
 */
public final class ResponseLoop implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(ResponseLoop.class);

  private final Subscription responses;
  private final Operations operations;
  private final Duration pause;
  private final ApiMeters meters;

  /**
   * @param pause before the queue is asked again after it failed
   */
  public ResponseLoop(
      Subscription responses, Operations operations, Duration pause, ApiMeters meters) {
    this.responses = responses;
    this.operations = operations;
    this.pause = pause;
    this.meters = meters;
  }

  @Override
  public void run() {
    while (true) {
      try {
        Optional<Lease> next = responses.take();
        if (next.isEmpty()) {
          return;
        }
        try (Lease lease = next.get()) {
          apply(lease);
          lease.ack();
        }
      } catch (IOException | RuntimeException e) {
        // Clients wait for what comes after, so this must go on whatever happens.
        meters.receiveFailed();
        log.warn("cannot hear responses, trying again in {}", pause, e);
        LockSupport.parkNanos(pause.toNanos());
      }
    }
  }

  private void apply(Lease lease) {
    try {
      operations.apply(News.parse(ResponseMessage.parse(lease.message())));
    } catch (InvalidProtocolBufferException | MalformedException e) {
      // It would be no better the next time.
      log.warn("dropping message {}, which is no response: {}", lease.id(), e.getMessage());
    } catch (RuntimeException e) {
      log.error("a bug: dropping message {}, which nothing should be wrong with", lease.id(), e);
    }
  }
}
