// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.cas.MalformedException;
import build.please.mettle.queue.Message;
import build.please.mettle.queue.ResponseMessage;
import build.please.mettle.queue.Topic;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.util.Optional;

/**
 * Where the workers of this process say how far they are: {@link Operations} hears of it at once,
 * on the thread of the one who says it. Safe for concurrent use.
 */
public final class LocalResponses implements Topic {
  private final Operations operations;

  public LocalResponses(Operations operations) {
    this.operations = operations;
  }

  @Override
  public void publish(Message message) throws IOException {
    operations.apply(news(message));
  }

  private static News news(Message message) throws IOException {
    try {
      Optional<ResponseMessage> ours = ResponseMessage.ours(message);
      return ours.isPresent() ? News.ours(ours.get()) : News.parse(ResponseMessage.parse(message));
    } catch (InvalidProtocolBufferException | MalformedException e) {
      throw new IOException("no response: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    // Whoever publishes here ends first.
  }
}
