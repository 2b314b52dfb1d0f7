// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.common.cli.SecurityConfig;
import build.please.common.rpc.RpcChannel;
import build.please.common.rpc.RpcConfig;
import build.please.common.rpc.RpcServer;
import build.please.common.rpc.Threads;
import build.please.creds.CredentialFiles;
import build.please.elan.bucket.Pace;
import build.please.elan.meter.ElanMeters;
import build.please.elan.service.CachedDirectories;
import build.please.elan.service.ElanServices;
import build.please.elan.service.QuickRequests;
import build.please.elan.service.ServiceConfig;
import build.please.elan.store.StoreConfig;
import build.please.metrics.Metrics;
import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.ReadRequest;
import build.please.proto.execution.ActionCacheGrpc;
import build.please.proto.execution.BatchUpdateBlobsRequest;
import build.please.proto.execution.ContentAddressableStorageGrpc;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;

/** An Elan on a socket, and what a scraper sees of it. */
final class ScrapedElan implements AutoCloseable {
  private final Metrics metrics = Metrics.withoutHttp();
  private final ElanMeters meters = ElanMeters.in(metrics.registry());
  private final ExecutorService pieces = Threads.pool("bucket", 4);
  private final ScheduledExecutorService timer = Threads.timer("timer");
  private final Cas cas;
  private final RpcServer server;
  private final ManagedChannel channel;

  ScrapedElan(Path directory) throws IOException {
    cas =
        new StorageFlag("file://" + directory, directory)
            .open(StoreConfig.DEFAULT, meters, Clock.systemUTC())
            .cas();
    server =
        Frontage.open(
            new RpcConfig("127.0.0.1", 0, 8, Duration.ZERO, 16 << 20),
            guard(),
            Telemetry.untraced(metrics),
            ElanServices.of(
                cas,
                new CachedDirectories(cas.blobs(), 100, meters.directories()),
                pieces,
                timer,
                ServiceConfig.DEFAULT,
                meters),
            QuickRequests.of(Pace.QUICK),
            () -> true,
            "test");
    channel = RpcChannel.open("grpc://127.0.0.1:" + server.port());
  }

  @Override
  public void close() throws IOException {
    channel.shutdownNow();
    server.close();
    cas.close();
    pieces.shutdown();
    timer.shutdown();
    metrics.close();
  }

  ManagedChannel channel() {
    return channel;
  }

  ContentAddressableStorageGrpc.ContentAddressableStorageBlockingStub cas() {
    return ContentAddressableStorageGrpc.newBlockingStub(channel);
  }

  ActionCacheGrpc.ActionCacheBlockingStub actions() {
    return ActionCacheGrpc.newBlockingStub(channel);
  }

  ScrapedPage page() {
    return new ScrapedPage(metrics.scrape());
  }

  void update(BatchUpdateBlobsRequest.Builder request) {
    cas()
        .batchUpdateBlobs(request.build())
        .getResponsesList()
        .forEach(response -> assertEquals(0, response.getStatus().getCode()));
  }

  int read(String name) {
    int[] size = {0};
    ByteStreamGrpc.newBlockingStub(channel)
        .read(ReadRequest.newBuilder().setResourceName(name).build())
        .forEachRemaining(response -> size[0] += response.getData().size());
    return size[0];
  }

  static BatchUpdateBlobsRequest.Request plain(ByteString blob) {
    return BatchUpdateBlobsRequest.Request.newBuilder()
        .setDigest(Digest.of(blob).toProto())
        .setData(blob)
        .build();
  }

  static String name(ByteString blob) {
    return Digest.of(blob).hash() + "/" + blob.size();
  }

  static double bytes(ScrapedPage page, String what, String batched, String compressed) {
    return page.value(
        "elan_bytes_" + what + "_total", "batched", batched, "compressed", compressed);
  }

  static String[] served(String batched, String used, String preferred) {
    return new String[] {
      "batched", batched, "compressor_used", used, "compressor_preferred", preferred
    };
  }

  private static Guard guard() throws IOException {
    Clock clock = Clock.systemUTC();
    return Guard.open(SecurityConfig.OPEN, CredentialFiles.unwatched(clock), clock);
  }
}
