// SPDX-License-Identifier: Apache-2.0
package build.please.elan.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import build.please.common.cas.Digest;
import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.ReadRequest;
import build.please.proto.execution.BatchReadBlobsRequest;
import build.please.proto.execution.BatchUpdateBlobsRequest;
import build.please.proto.execution.CapabilitiesGrpc;
import build.please.proto.execution.ContentAddressableStorageGrpc;
import build.please.proto.execution.FindMissingBlobsRequest;
import build.please.proto.execution.GetCapabilitiesRequest;
import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A client like any other, which makes one small call after the other and wants each answered. */
final class OtherCalls {
  private static final long PATIENCE_SECONDS = 30;

  private final Channel channel;
  private final Random random = new Random(1);
  private final Thread thread = new Thread(this::run, "other-calls");
  private final AtomicInteger rounds = new AtomicInteger();
  private final AtomicLong slowest = new AtomicLong();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean stopped;

  private OtherCalls(Channel channel) {
    this.channel = channel;
  }

  static OtherCalls start(Channel channel) {
    OtherCalls calls = new OtherCalls(channel);
    calls.thread.setDaemon(true);
    calls.thread.start();
    return calls;
  }

  private void run() {
    try {
      while (!stopped) {
        round();
        rounds.incrementAndGet();
      }
    } catch (Throwable e) {
      failure.set(e);
    }
  }

  /** One of each. */
  private void round() throws Exception {
    ByteString small = bytes(1 << 10);
    Digest digest = Digest.of(small);
    timed(
        () ->
            assertEquals(1, cas().findMissingBlobs(missing(digest)).getMissingBlobDigestsCount()));
    timed(
        () ->
            assertEquals(
                0, cas().batchUpdateBlobs(update(small)).getResponses(0).getStatus().getCode()));
    timed(() -> assertEquals(small, cas().batchReadBlobs(read(digest)).getResponses(0).getData()));
    ByteString large = bytes(64 << 10);
    Digest largeDigest = Digest.of(large);
    timed(
        () -> {
          UploadCall upload = UploadCall.start(channel, large, largeDigest, 64 << 10);
          assertEquals(large.size(), upload.committedSize(PATIENCE_SECONDS));
        });
    timed(() -> assertEquals(large, download(largeDigest)));
    timed(
        () ->
            CapabilitiesGrpc.newBlockingStub(channel)
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .getCapabilities(GetCapabilitiesRequest.getDefaultInstance()));
    timed(
        () ->
            assertEquals(
                ServingStatus.SERVING,
                HealthGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .check(HealthCheckRequest.getDefaultInstance())
                    .getStatus()));
  }

  private interface Step {
    void run() throws Exception;
  }

  private void timed(Step step) throws Exception {
    long start = System.nanoTime();
    step.run();
    slowest.accumulateAndGet(System.nanoTime() - start, Math::max);
  }

  private ContentAddressableStorageGrpc.ContentAddressableStorageBlockingStub cas() {
    return ContentAddressableStorageGrpc.newBlockingStub(channel)
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private ByteString download(Digest digest) {
    ByteString.Output bytes = ByteString.newOutput();
    ByteStreamGrpc.newBlockingStub(channel)
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .read(ReadRequest.newBuilder().setResourceName("blobs/" + digest).build())
        .forEachRemaining(part -> part.getData().forEach(bytes::write));
    return bytes.toByteString();
  }

  private ByteString bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  static FindMissingBlobsRequest missing(Digest digest) {
    return FindMissingBlobsRequest.newBuilder().addBlobDigests(digest.toProto()).build();
  }

  static BatchReadBlobsRequest read(Digest digest) {
    return BatchReadBlobsRequest.newBuilder().addDigests(digest.toProto()).build();
  }

  static BatchUpdateBlobsRequest update(ByteString bytes) {
    return BatchUpdateBlobsRequest.newBuilder()
        .addRequests(
            BatchUpdateBlobsRequest.Request.newBuilder()
                .setDigest(Digest.of(bytes).toProto())
                .setData(bytes))
        .build();
  }

  /** How often all of them succeeded so far; fails if one did not. */
  int rounds() {
    Throwable why = failure.get();
    if (why != null) {
      throw new AssertionError("a call of another client failed after " + rounds + " rounds", why);
    }
    return rounds.get();
  }

  long slowestMillis() {
    return TimeUnit.NANOSECONDS.toMillis(slowest.get());
  }

  /** Stops after the round that is under way. */
  void stop() throws InterruptedException {
    stopped = true;
    thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
  }
}
