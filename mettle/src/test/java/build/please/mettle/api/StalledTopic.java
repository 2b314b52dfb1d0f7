// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.Message;
import build.please.mettle.queue.Topic;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Context;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A topic that keeps its first publisher waiting until the test says how it ends. */
final class StalledTopic implements Topic {
  private final Topic real;
  private final CompletableFuture<Message> first = new CompletableFuture<>();
  private final CompletableFuture<@Nullable IOException> end = new CompletableFuture<>();

  /** What ended with the client's call would end with this context. */
  volatile @Nullable Context context;

  StalledTopic(Topic real) {
    this.real = real;
  }

  @Override
  public void publish(Message message) throws IOException {
    if (!first.isDone()) {
      context = Context.current();
      first.complete(message);
      IOException failure = end.join();
      if (failure != null) {
        throw failure;
      }
    }
    real.publish(message);
  }

  /** The message of the first publisher, who may be waiting still. */
  ExecuteMessage message() throws InvalidProtocolBufferException {
    return ExecuteMessage.parse(first.join());
  }

  void fail() {
    end.complete(new IOException("the queue is out of order"));
  }

  void pass() {
    end.complete(null);
  }

  @Override
  public void close() throws IOException {
    real.close();
  }
}
