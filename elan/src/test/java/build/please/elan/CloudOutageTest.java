// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.common.rpc.RpcConfig;
import build.please.common.rpc.RpcServer;
import build.please.common.rpc.Threads;
import build.please.elan.bucket.DiskTier;
import build.please.elan.fakegcs.FakeGcs;
import build.please.elan.fakegcs.Fault;
import build.please.elan.meter.ElanMeters;
import build.please.elan.service.ElanServices;
import build.please.elan.store.Blobs;
import build.please.elan.store.StoreConfig;
import build.please.proto.execution.ActionCacheGrpc;
import build.please.proto.execution.BatchReadBlobsRequest;
import build.please.proto.execution.ContentAddressableStorageGrpc;
import build.please.proto.execution.ContentAddressableStorageGrpc.ContentAddressableStorageBlockingStub;
import build.please.proto.execution.FindMissingBlobsRequest;
import build.please.proto.execution.GetActionResultRequest;
import com.google.rpc.Code;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Cloud Storage is away for a while, behind a server. */
@Timeout(120)
final class CloudOutageTest {
  @TempDir Path directory;
  private final ScheduledExecutorService timer = Threads.timer("timer");
  private final ExecutorService pieces = Threads.pool("bucket", 2);
  private FakeGcs cloud;
  private Store opened;
  private RpcServer server;
  private StoreWatch watch;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws IOException {
    cloud = FakeGcs.start("builds", directory, Clock.systemUTC());
    opened =
        new StorageFlag("gs://builds", directory, Map.of("STORAGE_EMULATOR_HOST", cloud.address()))
            .open(
                StoreConfig.DEFAULT,
                Optional.of(new DiskTier(directory.resolve("cache"), 1 << 20)),
                ElanMeters.unseen(),
                Clock.systemUTC());
    server =
        RpcServer.start(
            new RpcConfig("127.0.0.1", 0, 4, Duration.ZERO, 1 << 20),
            InsecureServerCredentials.create(),
            List.of(),
            ElanServices.of(opened.cas(), pieces, timer));
    watch = new StoreWatch(opened, server);
    channel =
        NettyChannelBuilder.forAddress(
                "127.0.0.1", server.port(), InsecureChannelCredentials.create())
            .build();
  }

  @AfterEach
  void stop() throws IOException {
    channel.shutdownNow();
    watch.close();
    server.close();
    opened.close();
    cloud.close();
    timer.shutdown();
    pieces.shutdown();
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"UNAVAILABLE", "FORBIDDEN"})
  void outage_isSaid_neverTakenForAbsence_andEnds(Fault fault) throws IOException {
    Digest blob = Blobs.store(opened.cas().blobs(), Blobs.random(100, 1));
    assertEquals(Code.OK_VALUE, readCode(blob));
    watch.look();
    assertServes(ServingStatus.SERVING);

    cloud.faults().always(fault);
    watch.look();

    assertServes(ServingStatus.NOT_SERVING);
    assertFalse(opened.isWritable());
    assertUnavailable(
        () ->
            cas()
                .findMissingBlobs(
                    FindMissingBlobsRequest.newBuilder()
                        .addBlobDigests(Digest.of(Blobs.random(100, 2)).toProto())
                        .build()));
    assertUnavailable(
        () ->
            ActionCacheGrpc.newBlockingStub(channel)
                .getActionResult(
                    GetActionResultRequest.newBuilder().setActionDigest(blob.toProto()).build()));
    assertEquals(Code.UNAVAILABLE_VALUE, readCode(blob));

    cloud.faults().clear();
    watch.look();

    assertServes(ServingStatus.SERVING);
    assertTrue(opened.isWritable());
    assertEquals(Code.OK_VALUE, readCode(blob));
  }

  private ContentAddressableStorageBlockingStub cas() {
    return ContentAddressableStorageGrpc.newBlockingStub(channel);
  }

  private int readCode(Digest blob) {
    return cas()
        .batchReadBlobs(BatchReadBlobsRequest.newBuilder().addDigests(blob.toProto()).build())
        .getResponses(0)
        .getStatus()
        .getCode();
  }

  private void assertServes(ServingStatus expected) {
    assertEquals(
        expected,
        HealthGrpc.newBlockingStub(channel)
            .check(HealthCheckRequest.getDefaultInstance())
            .getStatus());
  }

  private static void assertUnavailable(Executable call) {
    StatusRuntimeException refusal = assertThrows(StatusRuntimeException.class, call);
    assertEquals(Status.Code.UNAVAILABLE, refusal.getStatus().getCode(), refusal::toString);
  }
}
