// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.ReadRequest;
import build.please.proto.bytestream.ReadResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** One Read call of a client that takes messages when it likes. */
final class Download {
  private final ClientCall<ReadRequest, ReadResponse> call;
  private final AtomicInteger messages = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();
  private final CompletableFuture<Status> end = new CompletableFuture<>();

  Download(Channel channel, String name) {
    this.call =
        channel.newCall(
            ByteStreamGrpc.getReadMethod(), CallOptions.DEFAULT.withDeadlineAfter(Patience.LIMIT));
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(ReadResponse message) {
            messages.incrementAndGet();
            bytes.addAndGet(message.getData().size());
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            end.complete(status);
          }
        },
        new Metadata());
    call.sendMessage(ReadRequest.newBuilder().setResourceName(name).build());
    call.halfClose();
  }

  /** Takes so many messages more, when they come. */
  Download take(int count) {
    call.request(count);
    return this;
  }

  int messages() {
    return messages.get();
  }

  long bytes() {
    return bytes.get();
  }

  void cancel() {
    call.cancel("as the test wants it", null);
    end.join();
  }

  /** Blocks for the end. */
  Status end() {
    return end.join();
  }
}
