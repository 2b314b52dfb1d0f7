// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import com.google.longrunning.Operation;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * News of an action, on its way from a worker (or an API server) to every API server.
 *
 * <p>The body is the {@link Operation} that clients see, the ordering key its name, as in
 * please-servers.
 *
 * @param worker who says so
 * @param queuedAt the request's; orders the runs of one action. The epoch if the sender did not say
 */
public record ResponseMessage(Operation operation, String worker, Instant queuedAt)
    implements Message.Content {
  static final String WORKER = "build.please.mettle.worker";

  public Message toMessage() {
    return Message.of(this, operation.getName());
  }

  @Override
  public ByteString body() {
    return operation.toByteString();
  }

  @Override
  public Map<String, String> attributes() {
    return Map.of(WORKER, worker, ExecuteMessage.QUEUED_AT, queuedAt.toString());
  }

  /** What this process made and is not encoded, if that is so. */
  public static Optional<ResponseMessage> ours(Message message) {
    return message.content(ResponseMessage.class);
  }

  /**
   * Reads a message from any sender.
   *
   * @throws InvalidProtocolBufferException if the body is no Operation
   */
  public static ResponseMessage parse(Message message) throws InvalidProtocolBufferException {
    return new ResponseMessage(
        Operation.parseFrom(message.body()),
        message.attributes().getOrDefault(WORKER, ""),
        ExecuteMessage.instant(message.attributes().getOrDefault(ExecuteMessage.QUEUED_AT, "")));
  }
}
