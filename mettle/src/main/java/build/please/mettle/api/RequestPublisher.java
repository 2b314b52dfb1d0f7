// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.ExecuteOperation;
import build.please.mettle.queue.ResponseMessage;
import build.please.mettle.queue.Topic;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.Platform;
import com.google.rpc.Status;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the workers for runs and, where that is wanted, tells the other API servers that it does, so
 * that they do not ask for the same. Safe for concurrent use.
 */
public final class RequestPublisher {
  private static final Logger log = LoggerFactory.getLogger(RequestPublisher.class);

  private final RequestTopics requests;
  private final Topic announcements;
  private final String name;
  private final PlatformPolicy platform;

  /**
   * Announces to a topic that other API servers listen to.
   *
   * @param announcements {@link Topic#NOWHERE} to tell nobody
   * @param name who says so
   * @param platform what of the action's platform the request's attributes tell
   */
  public RequestPublisher(
      RequestTopics requests, Topic announcements, String name, PlatformPolicy platform) {
    this.requests = requests;
    this.announcements = announcements;
    this.name = name;
    this.platform = platform;
  }

  /**
   * Requests a run. Blocks until the queue has the request.
   *
   * @param asked the action's platform
   * @throws IOException if the queue did not take it; a run may begin all the same
   */
  void publish(ExecuteMessage message, Platform asked) throws IOException {
    announcements.publish(
        new ResponseMessage(ExecuteOperation.queued(message), name, message.queuedAt())
            .toMessage());
    requests.of(message).publish(message.toMessage(platform.attributes(asked)));
  }

  /** The pool that takes a checked platform; empty if there are no pools. */
  String pool(Platform asked) {
    return platform.pool(asked);
  }

  /** Tells those who may wait for a run that it ends here. */
  void announceEnd(ExecuteMessage message, Status why) {
    ExecuteResponse failed = ExecuteResponse.newBuilder().setStatus(why).build();
    try {
      announcements.publish(
          new ResponseMessage(ExecuteOperation.completed(message, failed), name, message.queuedAt())
              .toMessage());
    } catch (IOException e) {
      log.warn("{}: others may wait for a run that has ended", message.operation(), e);
    }
  }
}
