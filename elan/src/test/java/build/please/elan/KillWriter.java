// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.common.cas.Digest;
import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.WriteRequest;
import build.please.proto.bytestream.WriteResponse;
import build.please.proto.execution.BatchUpdateBlobsRequest;
import build.please.proto.execution.BatchUpdateBlobsResponse;
import build.please.proto.execution.ContentAddressableStorageGrpc;
import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;

/** Uploads blobs until the server is gone, and remembers which ones it acknowledged. */
final class KillWriter extends Thread {
  private static final int PIECE = 64 * 1024;
  private static final int LARGEST = 1 << 20;

  private final Channel channel;
  private final Random random;
  private final CountDownLatch firstAcknowledged;
  private final List<Digest> acknowledged = new ArrayList<>();

  KillWriter(Channel channel, long seed, CountDownLatch firstAcknowledged) {
    this.channel = channel;
    this.random = new Random(seed);
    this.firstAcknowledged = firstAcknowledged;
    setDaemon(true);
  }

  /** Blocks until the writer noticed that the server is gone. */
  Collection<Digest> awaitEnd() throws InterruptedException {
    join();
    return acknowledged;
  }

  @Override
  public void run() {
    try {
      while (true) {
        if (random.nextInt(3) == 0) {
          stream();
        } else {
          batch();
        }
        firstAcknowledged.countDown();
      }
    } catch (StatusRuntimeException serverIsGone) {
      // What was not acknowledged may be lost.
    }
  }

  private ByteString blob(int largest) {
    byte[] bytes = new byte[1 + random.nextInt(largest)];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private void batch() {
    BatchUpdateBlobsRequest.Builder request = BatchUpdateBlobsRequest.newBuilder();
    for (int i = 0; i < 5; i++) {
      ByteString bytes = blob(10_000);
      request.addRequestsBuilder().setDigest(Digest.of(bytes).toProto()).setData(bytes);
    }
    BatchUpdateBlobsResponse response =
        ContentAddressableStorageGrpc.newBlockingStub(channel).batchUpdateBlobs(request.build());
    for (BatchUpdateBlobsResponse.Response one : response.getResponsesList()) {
      if (one.getStatus().getCode() == 0) {
        acknowledged.add(new Digest(one.getDigest().getHash(), one.getDigest().getSizeBytes()));
      }
    }
  }

  private void stream() {
    ByteString bytes = blob(LARGEST);
    Digest digest = Digest.of(bytes);
    CompletableFuture<WriteResponse> answer = new CompletableFuture<>();
    StreamObserver<WriteRequest> upload = ByteStreamGrpc.newStub(channel).write(new Answer(answer));
    for (int from = 0; from < bytes.size(); from += PIECE) {
      int to = Math.min(bytes.size(), from + PIECE);
      upload.onNext(
          WriteRequest.newBuilder()
              .setResourceName("uploads/" + getId() + "/blobs/" + digest)
              .setWriteOffset(from)
              .setData(bytes.substring(from, to))
              .setFinishWrite(to == bytes.size())
              .build());
    }
    upload.onCompleted();
    try {
      answer.join();
      acknowledged.add(digest);
    } catch (CompletionException e) {
      if (e.getCause() instanceof StatusRuntimeException status) {
        throw status;
      }
      throw e;
    }
  }

  private record Answer(CompletableFuture<WriteResponse> answer)
      implements StreamObserver<WriteResponse> {
    @Override
    public void onNext(WriteResponse value) {
      answer.complete(value);
    }

    @Override
    public void onError(Throwable failure) {
      answer.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      answer.completeExceptionally(new IllegalStateException("ended without an answer"));
    }
  }
}
