// SPDX-License-Identifier: Apache-2.0
package build.please.elan.memory;

import build.please.common.cas.Digest;
import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.WriteRequest;
import build.please.proto.bytestream.WriteResponse;
import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** An upload in messages of one size, sent as fast as the server takes them and no faster. */
final class UploadCall implements ClientResponseObserver<WriteRequest, WriteResponse> {
  private final ByteString bytes;
  private final String name;
  private final int piece;
  private final CompletableFuture<Long> committed = new CompletableFuture<>();
  private int sent;
  private boolean done;

  private UploadCall(ByteString bytes, Digest digest, int piece) {
    this.bytes = bytes;
    this.name = name(digest);
    this.piece = piece;
  }

  static String name(Digest digest) {
    return "uploads/" + UUID.randomUUID() + "/blobs/" + digest;
  }

  static UploadCall start(Channel channel, ByteString bytes, Digest digest, int piece) {
    UploadCall call = new UploadCall(bytes, digest, piece);
    // What it returns is the same as in beforeStart.
    ByteStreamGrpc.newStub(channel).write(call);
    return call;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<WriteRequest> server) {
    server.setOnReadyHandler(
        () -> {
          while (!done && server.isReady()) {
            int end = Math.min(sent + piece, bytes.size());
            done = end == bytes.size();
            server.onNext(
                WriteRequest.newBuilder()
                    .setResourceName(name)
                    .setWriteOffset(sent)
                    .setData(bytes.substring(sent, end))
                    .setFinishWrite(done)
                    .build());
            sent = end;
            if (done) {
              server.onCompleted();
            }
          }
        });
  }

  @Override
  public void onNext(WriteResponse response) {
    committed.complete(response.getCommittedSize());
  }

  @Override
  public void onError(Throwable failure) {
    committed.completeExceptionally(failure);
  }

  @Override
  public void onCompleted() {
    committed.completeExceptionally(new AssertionError("ended without an answer"));
  }

  /** Blocks for the answer. */
  long committedSize(long patienceSeconds) throws Exception {
    return committed.get(patienceSeconds, TimeUnit.SECONDS);
  }
}
