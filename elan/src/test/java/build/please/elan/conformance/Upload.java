// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.WriteRequest;
import build.please.proto.bytestream.WriteResponse;
import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** One Write call of a client that says exactly what it wants to say. */
final class Upload {
  private final CompletableFuture<WriteResponse> response = new CompletableFuture<>();
  private final CompletableFuture<Status> end = new CompletableFuture<>();
  private final StreamObserver<WriteRequest> requests;

  Upload(Channel channel) {
    this.requests =
        ByteStreamGrpc.newStub(channel)
            .withDeadlineAfter(Patience.LIMIT)
            .write(
                new StreamObserver<>() {
                  @Override
                  public void onNext(WriteResponse value) {
                    response.complete(value);
                  }

                  @Override
                  public void onError(Throwable t) {
                    response.completeExceptionally(t);
                    end.complete(Status.fromThrowable(t));
                  }

                  @Override
                  public void onCompleted() {
                    response.completeExceptionally(
                        Status.INTERNAL
                            .withDescription("ended without an answer")
                            .asRuntimeException());
                    end.complete(Status.OK);
                  }
                });
  }

  Upload send(String name, long offset, ByteString data) {
    return send(request(name, offset, data).build());
  }

  Upload sendLast(String name, long offset, ByteString data) {
    return send(request(name, offset, data).setFinishWrite(true).build());
  }

  private Upload send(WriteRequest request) {
    try {
      requests.onNext(request);
    } catch (IllegalStateException ended) {
      // As of a client that does not look for the answer before it sends.
    }
    return this;
  }

  private static WriteRequest.Builder request(String name, long offset, ByteString data) {
    return WriteRequest.newBuilder().setResourceName(name).setWriteOffset(offset).setData(data);
  }

  Upload halfClose() {
    requests.onCompleted();
    return this;
  }

  /** As when the connection breaks. */
  void cancel() {
    requests.onError(Status.CANCELLED.asException());
    end.join();
  }

  boolean isOver() {
    return end.isDone();
  }

  /** Blocks for the answer, and for the OK behind it. */
  long committedSize() {
    try {
      long size = response.join().getCommittedSize();
      Status status = end.join();
      if (!status.isOk()) {
        throw status.asRuntimeException();
      }
      return size;
    } catch (CompletionException e) {
      if (e.getCause() instanceof StatusRuntimeException status) {
        throw status;
      }
      throw e;
    }
  }
}
