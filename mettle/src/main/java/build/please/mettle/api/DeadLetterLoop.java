// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.mettle.meter.ApiMeters;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.GivenUp;
import build.please.mettle.queue.Lease;
import build.please.mettle.queue.Subscription;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the actions whose requests were given up, by a worker or by the queue, and tells the other
 * API servers. Runs until its subscription is closed, on a thread of its own. Several API servers
 * may share a subscription.
 */
public final class DeadLetterLoop implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(DeadLetterLoop.class);

  private final TakeLoop loop;
  private final Operations operations;
  private final RequestPublisher requests;

  /**
   * @param pause before the queue is asked again after it failed
   */
  public DeadLetterLoop(
      Subscription deadLetters,
      Operations operations,
      RequestPublisher requests,
      Duration pause,
      ApiMeters meters) {
    this.loop = new TakeLoop(deadLetters, this::end, pause, meters);
    this.operations = operations;
    this.requests = requests;
  }

  @Override
  public void run() {
    loop.run();
  }

  private void end(Lease lease) {
    ExecuteMessage message;
    try {
      message = ExecuteMessage.parse(lease.message());
    } catch (InvalidProtocolBufferException e) {
      log.warn("dead letter {} is no request: {}", lease.id(), e.getMessage());
      return;
    }
    Status why = GivenUp.deadLetter();
    if (operations.end(message, why)) {
      log.warn("dead letter {}: {} is given up", lease.id(), message.operation());
      requests.announceEnd(message, why);
    }
  }
}
