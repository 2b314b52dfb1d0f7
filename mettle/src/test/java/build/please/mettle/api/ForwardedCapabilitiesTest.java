// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.rpc.Threads;
import build.please.elan.service.StorageCapabilities;
import build.please.proto.execution.ActionCacheUpdateCapabilities;
import build.please.proto.execution.CacheCapabilities;
import build.please.proto.execution.CapabilitiesGrpc;
import build.please.proto.execution.Compressor;
import build.please.proto.execution.DigestFunction;
import build.please.proto.execution.GetCapabilitiesRequest;
import build.please.proto.execution.ServerCapabilities;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In front of a server that is asked what it can do. */
@Timeout(60)
final class ForwardedCapabilitiesTest {
  private static final ForwardedCapabilities.Schedule OFTEN =
      new ForwardedCapabilities.Schedule(
          Duration.ofMillis(200), Duration.ofMillis(5), Duration.ofMillis(5));

  private static final CacheCapabilities OURS = StorageCapabilities.cache();

  private final ScheduledExecutorService timer = Threads.timer("timer");
  private final Storage storage = new Storage();
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws IOException {
    String name = InProcessServerBuilder.generateName();
    server =
        InProcessServerBuilder.forName(name).directExecutor().addService(storage).build().start();
    channel = InProcessChannelBuilder.forName(name).build();
  }

  @AfterEach
  void stop() {
    timer.shutdown();
    channel.shutdownNow();
    server.shutdownNow();
  }

  private ForwardedCapabilities ask() {
    return ForwardedCapabilities.of(channel, "mettle", OURS, timer, OFTEN);
  }

  @Test
  void serverThatCanLess_isNotOutdone() {
    storage.says =
        CacheCapabilities.newBuilder()
            .addDigestFunctions(DigestFunction.Value.SHA1)
            .addDigestFunctions(DigestFunction.Value.SHA256)
            .setMaxCasBlobSizeBytes(1000)
            .setMaxBatchTotalSizeBytes(100)
            .build();

    CacheCapabilities both = ask().get();

    assertEquals(List.of(DigestFunction.Value.SHA256), both.getDigestFunctionsList(), "CAP-04");
    assertEquals(List.of(), both.getSupportedCompressorsList(), "CAP-14");
    assertEquals(List.of(), both.getSupportedBatchUpdateCompressorsList(), "CAP-15");
    assertFalse(both.getActionCacheUpdateCapabilities().getUpdateEnabled(), "CAP-09");
    assertEquals(1000, both.getMaxCasBlobSizeBytes(), "CAP-16");
    assertEquals(OURS.getMaxBatchTotalSizeBytes(), both.getMaxBatchTotalSizeBytes(), "CAP-11");
    assertEquals("mettle", storage.instance);
  }

  @Test
  void serverThatCanMore_isNotPromisedBeyondWhatWeForward() {
    storage.says =
        OURS.toBuilder()
            .addDigestFunctions(DigestFunction.Value.SHA512)
            .addSupportedCompressors(Compressor.Value.BROTLI)
            .addSupportedBatchUpdateCompressors(Compressor.Value.BROTLI)
            .setSplitBlobSupport(true)
            .build();

    assertEquals(OURS, ask().get());
  }

  @Test
  void serverThatSaysNothing_isTakenForTheLeast_untilItDoes() {
    storage.says = null;

    ForwardedCapabilities capabilities = ask();

    CacheCapabilities least = capabilities.get();
    assertEquals(List.of(DigestFunction.Value.SHA256), least.getDigestFunctionsList());
    assertEquals(List.of(), least.getSupportedCompressorsList());
    assertTrue(least.getActionCacheUpdateCapabilities().getUpdateEnabled());

    storage.says = OURS;
    Deadline.await(() -> capabilities.get().equals(OURS), "the server was asked again");

    storage.says =
        OURS.toBuilder()
            .setActionCacheUpdateCapabilities(ActionCacheUpdateCapabilities.getDefaultInstance())
            .build();
    Deadline.await(
        () -> !capabilities.get().getActionCacheUpdateCapabilities().getUpdateEnabled(),
        "it was asked even though it had answered");

    storage.says = null;
    long calls = storage.calls.get();
    Deadline.await(() -> storage.calls.get() > calls + 2, "it was asked in vain");
    assertEquals(OURS.getDigestFunctionsList(), capabilities.get().getDigestFunctionsList());
  }

  @Test
  void serverThatNeverAnswers_holdsUpNobody() {
    storage.silent = true;

    assertEquals(
        List.of(DigestFunction.Value.SHA256), ask().get().getDigestFunctionsList(), "CAP-03");
  }

  /** Says what the test wants. */
  private static final class Storage extends CapabilitiesGrpc.CapabilitiesImplBase {
    volatile @Nullable CacheCapabilities says = OURS;
    volatile boolean silent;
    volatile String instance = "";
    final AtomicLong calls = new AtomicLong();

    @Override
    public void getCapabilities(
        GetCapabilitiesRequest request, StreamObserver<ServerCapabilities> client) {
      instance = request.getInstanceName();
      calls.incrementAndGet();
      CacheCapabilities now = says;
      if (silent) {
        return;
      }
      if (now == null) {
        client.onError(Status.UNAVAILABLE.asRuntimeException());
        return;
      }
      client.onNext(ServerCapabilities.newBuilder().setCacheCapabilities(now).build());
      client.onCompleted();
    }
  }
}
