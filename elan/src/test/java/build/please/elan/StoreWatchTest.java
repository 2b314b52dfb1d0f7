// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.common.cas.HashFunction;
import build.please.common.rpc.RpcConfig;
import build.please.common.rpc.RpcServer;
import build.please.common.rpc.Threads;
import build.please.elan.meter.ElanMeters;
import build.please.elan.service.ElanServices;
import build.please.elan.store.StoreConfig;
import build.please.proto.execution.ActionCacheGrpc;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.ContentAddressableStorageGrpc;
import build.please.proto.execution.UpdateActionResultRequest;
import com.google.protobuf.ByteString;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is unmounted behind a server, and mounted again. */
@Timeout(60)
final class StoreWatchTest {
  @TempDir Path directory;
  private final ScheduledExecutorService timer = Threads.timer("timer");
  private final ExecutorService pieces = Threads.pool("bucket", 2);
  private Store opened;
  private RpcServer server;
  private StoreWatch watch;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws IOException {
    opened =
        new StorageFlag("file://" + place(), place())
            .open(StoreConfig.DEFAULT, ElanMeters.unseen(), Clock.systemUTC());
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
    timer.shutdown();
    pieces.shutdown();
  }

  private Path place() {
    return directory.resolve("store");
  }

  @Test
  void storeThatVanishesAndComesBack_isSaidByHealthAndReadiness() throws IOException {
    watch.look();
    assertServes(ServingStatus.SERVING);
    assertTrue(opened.isWritable());
    store("one");

    Path away = directory.resolve("away");
    Files.move(place(), away);
    watch.look();
    watch.look();

    assertServes(ServingStatus.NOT_SERVING);
    assertFalse(opened.isWritable());
    assertUnavailable(() -> store("two"));

    // What is mounted there now is not the store.
    Files.createDirectory(place());
    watch.look();
    assertServes(ServingStatus.NOT_SERVING);
    assertUnavailable(() -> store("two"));

    Files.delete(place());
    Files.move(away, place());
    watch.look();

    assertServes(ServingStatus.SERVING);
    assertTrue(opened.isWritable());
    store("two");
  }

  private void assertServes(ServingStatus expected) {
    for (String service : List.of("", ContentAddressableStorageGrpc.SERVICE_NAME)) {
      assertEquals(
          expected,
          HealthGrpc.newBlockingStub(channel)
              .check(HealthCheckRequest.newBuilder().setService(service).build())
              .getStatus());
    }
  }

  private static void assertUnavailable(Executable call) {
    StatusRuntimeException refusal = assertThrows(StatusRuntimeException.class, call);
    assertEquals(Status.Code.UNAVAILABLE, refusal.getStatus().getCode(), refusal::toString);
  }

  private void store(String content) {
    ActionCacheGrpc.newBlockingStub(channel)
        .updateActionResult(
            UpdateActionResultRequest.newBuilder()
                .setActionDigest(
                    Digest.of(HashFunction.SHA256, ByteString.copyFromUtf8(content)).toProto())
                .setActionResult(ActionResult.getDefaultInstance())
                .build());
  }
}
