// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.cas.MalformedException;
import build.please.mettle.meter.ApiMeters;
import build.please.mettle.queue.Lease;
import build.please.mettle.queue.ResponseMessage;
import build.please.mettle.queue.Subscription;
import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells {@link Operations} what workers say. Runs until its subscription is closed, on a thread of
 * its own; several may share a subscription, and the operations.
 */
public final class ResponseLoop implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(ResponseLoop.class);

  private final TakeLoop loop;
  private final Operations operations;

  /**
   * @param pause before the queue is asked again after it failed
   */
  public ResponseLoop(
      Subscription responses, Operations operations, Duration pause, ApiMeters meters) {
    this.loop = new TakeLoop(responses, this::apply, pause, meters);
    this.operations = operations;
  }

  @Override
  public void run() {
    loop.run();
  }

  private void apply(Lease lease) {
    try {
      operations.apply(News.parse(ResponseMessage.parse(lease.message())));
    } catch (InvalidProtocolBufferException | MalformedException e) {
      log.warn("dropping message {}, which is no response: {}", lease.id(), e.getMessage());
    }
  }
}
