// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.WriteRequest;
import build.please.proto.bytestream.WriteResponse;
import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** One Write call of a client that says exactly what it wants to say. */
final class Upload {
  private final CompletableFuture<WriteResponse> response = new CompletableFuture<>();
  private final StreamObserver<WriteRequest> requests;

  Upload(Channel channel) {
    this.requests =
        ByteStreamGrpc.newStub(channel)
            .write(
                new StreamObserver<>() {
                  @Override
                  public void onNext(WriteResponse value) {
                    response.complete(value);
                  }

                  @Override
                  public void onError(Throwable t) {
                    response.completeExceptionally(t);
                  }

                  @Override
                  public void onCompleted() {
                    response.completeExceptionally(
                        new IllegalStateException("ended without an answer"));
                  }
                });
  }

  Upload send(String name, long offset, byte[] data) {
    requests.onNext(request(name, offset, data).build());
    return this;
  }

  Upload sendLast(String name, long offset, byte[] data) {
    requests.onNext(request(name, offset, data).setFinishWrite(true).build());
    return this;
  }

  private static WriteRequest.Builder request(String name, long offset, byte[] data) {
    return WriteRequest.newBuilder()
        .setResourceName(name)
        .setWriteOffset(offset)
        .setData(ByteString.copyFrom(data));
  }

  Upload halfClose() {
    requests.onCompleted();
    return this;
  }

  void cancel() {
    requests.onError(io.grpc.Status.CANCELLED.asException());
  }

  /** Blocks for the answer. */
  long committedSize() {
    try {
      return response.join().getCommittedSize();
    } catch (CompletionException e) {
      if (e.getCause() instanceof StatusRuntimeException status) {
        throw status;
      }
      throw e;
    }
  }
}
