// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.common.cas.ZstdEncodingStream;
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
import build.please.proto.bytestream.WriteRequest;
import build.please.proto.bytestream.WriteResponse;
import build.please.proto.execution.ActionCacheGrpc;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.BatchReadBlobsRequest;
import build.please.proto.execution.BatchUpdateBlobsRequest;
import build.please.proto.execution.Compressor;
import build.please.proto.execution.ContentAddressableStorageGrpc;
import build.please.proto.execution.Directory;
import build.please.proto.execution.DirectoryNode;
import build.please.proto.execution.GetActionResultRequest;
import build.please.proto.execution.GetTreeRequest;
import build.please.proto.execution.UpdateActionResultRequest;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a scraper sees of a server on a socket: the names of the list, and true values. */
@Timeout(60)
final class MetricsTest {
  @TempDir Path directory;

  private final Metrics metrics = Metrics.withoutHttp();
  private final ElanMeters meters = ElanMeters.in(metrics.registry());
  private final ExecutorService pieces = Threads.pool("bucket", 4);
  private final ScheduledExecutorService timer = Threads.timer("timer");
  private Cas cas;
  private RpcServer server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws IOException {
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

  @AfterEach
  void stop() throws IOException {
    channel.shutdownNow();
    server.close();
    cas.close();
    pieces.shutdown();
    timer.shutdown();
    metrics.close();
  }

  private ContentAddressableStorageGrpc.ContentAddressableStorageBlockingStub cas() {
    return ContentAddressableStorageGrpc.newBlockingStub(channel);
  }

  private ActionCacheGrpc.ActionCacheBlockingStub actions() {
    return ActionCacheGrpc.newBlockingStub(channel);
  }

  private ScrapedPage page() {
    return new ScrapedPage(metrics.scrape());
  }

  /** Ours and the reference's; what the JVM tells of itself depends on the JVM. */
  @Test
  void names_areThoseOfTheList() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(MetricsTest.class.getResourceAsStream("metrics.tsv"))) {
      List<String> list =
          new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.startsWith("#"))
              .toList();
      assertEquals(
          String.join("\n", list),
          String.join("\n", page().list(Pattern.compile("^(elan|grpc|process)_"))));
    }
  }

  @Test
  void labels_areThereFromTheStart() {
    ScrapedPage page = page();
    assertTrue(page.has("elan_bytes_received_total", "batched", "streamed", "compressed", "zstd"));
    assertTrue(page.has("elan_bytes_served_total", "batched", "single", "compressed", "n/a"));
    assertTrue(page.has("elan_blobs_served_total", served("batched", "identity", "zstd")));
    assertTrue(
        page.has(
            "grpc_server_handled_total",
            "grpc_type",
            "client_stream",
            "grpc_service",
            "google.bytestream.ByteStream",
            "grpc_method",
            "Write",
            "grpc_code",
            "Unavailable"));
  }

  @Test
  void batches_areCounted() throws IOException {
    ByteString large = ByteString.copyFrom(new byte[2000]);
    ByteString small = ByteString.copyFromUtf8("small");
    ByteString packed = pack(small);
    update(BatchUpdateBlobsRequest.newBuilder().addRequests(plain(large)).addRequests(zstd(small)));
    cas()
        .batchReadBlobs(
            BatchReadBlobsRequest.newBuilder()
                .addAcceptableCompressors(Compressor.Value.ZSTD)
                .addDigests(Digest.of(large).toProto())
                .addDigests(Digest.of(small).toProto())
                .addDigests(Digest.of(ByteString.copyFromUtf8("absent")).toProto())
                .build());

    ScrapedPage page = page();
    assertEquals(2000, bytes(page, "received", "batched", "identity"));
    assertEquals(packed.size(), bytes(page, "received", "batched", "zstd"));
    assertEquals(1, received(page, "batched", "identity"));
    assertEquals(1, received(page, "batched", "zstd"));
    assertEquals(pack(large).size(), bytes(page, "served", "batched", "zstd"));
    assertEquals(small.size(), bytes(page, "served", "batched", "identity"));
    assertEquals(1, page.value("elan_blobs_served_total", served("batched", "zstd", "zstd")));
    assertEquals(1, page.value("elan_blobs_served_total", served("batched", "identity", "zstd")));
    assertEquals(2, page.value("elan_write_latency_seconds_count"));
    assertEquals(2, page.value("elan_write_duration_seconds_count"));
    assertEquals(2, page.value("elan_read_latency_seconds_count"));
    assertEquals(2, page.value("elan_read_duration_seconds_count"));
    for (String timer : List.of("read_latency", "read_duration", "write_latency")) {
      assertTrue(page.value("elan_" + timer + "_seconds_sum") > 0, timer);
    }
    assertTrue(
        page.value("elan_write_duration_seconds_sum")
            >= page.value("elan_write_latency_seconds_sum"));
    // Two blobs with two bytes' worth of files; what was written is what lies there.
    assertEquals(2000 + packed.size(), page.value("elan_store_written_bytes_total"));
    assertEquals(
        2, page.value("elan_store_call_seconds_count", "operation", "write", "outcome", "ok"));
    assertTrue(
        page.value("elan_store_call_seconds_sum", "operation", "write", "outcome", "ok") > 0);
    assertTrue(page.value("elan_store_read_bytes_total") >= 2000 + packed.size());
  }

  @Test
  void streams_areCounted() throws IOException {
    ByteString blob = ByteString.copyFrom(new byte[300_000]);
    ByteString packed = pack(blob);
    write("uploads/u/compressed-blobs/zstd/" + name(blob), 0, packed, Finish.YES);
    assertEquals(300_000, read("blobs/" + name(blob)));

    ScrapedPage page = page();
    assertEquals(packed.size(), bytes(page, "received", "streamed", "zstd"));
    assertEquals(1, received(page, "streamed", "zstd"));
    assertEquals(300_000, bytes(page, "served", "streamed", "identity"));
    assertEquals(
        1, page.value("elan_blobs_served_total", served("streamed", "identity", "identity")));
    assertEquals(0, page.value("grpc_server_open_calls", rpc("client_stream", "Write")));
  }

  @Test
  void partOfABlob_countsItsBytesOnly() throws IOException {
    ByteString blob = ByteString.copyFrom(new byte[1000]);
    update(BatchUpdateBlobsRequest.newBuilder().addRequests(plain(blob)));
    ByteStreamGrpc.newBlockingStub(channel)
        .read(
            ReadRequest.newBuilder()
                .setResourceName("blobs/" + name(blob))
                .setReadOffset(100)
                .setReadLimit(50)
                .build())
        .forEachRemaining(response -> {});

    assertEquals(50, bytes(page(), "served", "streamed", "identity"));
    assertEquals(
        0, page().value("elan_blobs_served_total", served("streamed", "identity", "identity")));
  }

  @Test
  void wrongSizes_areCounted() throws IOException {
    ByteString blob = ByteString.copyFromUtf8("a blob");
    Digest longer = new Digest(Digest.of(blob).hash(), 7);
    cas()
        .batchUpdateBlobs(
            BatchUpdateBlobsRequest.newBuilder()
                .addRequests(
                    BatchUpdateBlobsRequest.Request.newBuilder()
                        .setDigest(longer.toProto())
                        .setData(blob))
                .build());
    assertEquals(1, page().value("elan_blob_size_mismatches_total"));

    assertThrows(
        StatusRuntimeException.class,
        () -> write("uploads/u/blobs/" + longer.hash() + "/" + longer.size(), 0, blob, Finish.YES));
    assertEquals(2, page().value("elan_blob_size_mismatches_total"));

    Digest other = new Digest("a".repeat(64), 6);
    assertThrows(
        StatusRuntimeException.class,
        () -> write("uploads/u/blobs/" + other.hash() + "/6", 0, blob, Finish.YES));
    assertEquals(2, page().value("elan_blob_size_mismatches_total"));
    assertEquals(0, received(page(), "streamed", "identity"));
    assertEquals(12, bytes(page(), "received", "streamed", "identity"));
  }

  @Test
  void resumedUploads_areCounted() throws IOException {
    ByteString blob = ByteString.copyFromUtf8("a blob in two parts");
    String name = "uploads/u/blobs/" + name(blob);
    write(name, 0, blob.substring(0, 5), Finish.NO);
    assertEquals(0, page().value("elan_uploads_resumed_total"));
    write(name, 5, blob.substring(5), Finish.YES);

    assertEquals(1, page().value("elan_uploads_resumed_total"));
    assertEquals(blob.size(), bytes(page(), "received", "streamed", "identity"));
    assertEquals(1, received(page(), "streamed", "identity"));
  }

  @Test
  void actionCache_countsHitsAndMisses() throws IOException {
    Digest action = Digest.of(ByteString.copyFromUtf8("action"));
    GetActionResultRequest get =
        GetActionResultRequest.newBuilder()
            .setActionDigest(action.toProto())
            .setInlineStdout(true)
            .build();
    assertThrows(StatusRuntimeException.class, () -> actions().getActionResult(get));
    ByteString stdout = ByteString.copyFromUtf8("what it said");
    update(BatchUpdateBlobsRequest.newBuilder().addRequests(plain(stdout)));
    ActionResult result =
        ActionResult.newBuilder().setStdoutDigest(Digest.of(stdout).toProto()).build();
    actions()
        .updateActionResult(
            UpdateActionResultRequest.newBuilder()
                .setActionDigest(action.toProto())
                .setActionResult(result)
                .build());
    actions().getActionResult(get);
    actions().getActionResult(get);

    ScrapedPage page = page();
    assertEquals(1, page.value("elan_action_cache_misses_total"));
    assertEquals(2, page.value("elan_action_cache_hits_total"));
    assertEquals(result.getSerializedSize(), bytes(page, "received", "single", "n/a"));
    assertEquals(2 * result.getSerializedSize(), bytes(page, "served", "single", "n/a"));
    assertEquals(2 * stdout.size(), bytes(page, "served", "single", "identity"));
  }

  @Test
  void tree_countsDirectoriesAndTheCacheOfThem() throws IOException {
    ByteString leaf =
        Directory.newBuilder()
            .addSymlinks(
                build.please.proto.execution.SymlinkNode.newBuilder().setName("l").setTarget("t"))
            .build()
            .toByteString();
    ByteString root =
        Directory.newBuilder()
            .addDirectories(
                DirectoryNode.newBuilder().setName("d").setDigest(Digest.of(leaf).toProto()))
            .build()
            .toByteString();
    update(BatchUpdateBlobsRequest.newBuilder().addRequests(plain(leaf)).addRequests(plain(root)));
    GetTreeRequest request =
        GetTreeRequest.newBuilder().setRootDigest(Digest.of(root).toProto()).build();
    cas().getTree(request).forEachRemaining(response -> {});
    assertEquals(0, page().value("elan_dir_cache_hits_total"));
    assertEquals(2, page().value("elan_dir_cache_misses_total"));
    cas().getTree(request).forEachRemaining(response -> {});

    assertEquals(2, page().value("elan_dir_cache_hits_total"));
    assertEquals(2, page().value("elan_dir_cache_misses_total"));
    assertEquals(2 * (leaf.size() + root.size()), bytes(page(), "served", "single", "identity"));
  }

  @Test
  void corruptBlobs_areCounted() throws IOException {
    ByteString blob = ByteString.copyFromUtf8("a blob");
    update(BatchUpdateBlobsRequest.newBuilder().addRequests(plain(blob)));
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .filter(file -> file.getFileName().toString().equals(Digest.of(blob).hash()))
          .forEach(MetricsTest::spoil);
    }
    assertThrows(StatusRuntimeException.class, () -> read("blobs/" + name(blob)));

    assertEquals(1, page().value("elan_corrupt_blobs_total"));
    assertEquals(0, bytes(page(), "served", "streamed", "identity"));
  }

  private static void spoil(Path file) {
    try {
      Files.delete(file);
      Files.writeString(file, "a blot");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void update(BatchUpdateBlobsRequest.Builder request) {
    cas()
        .batchUpdateBlobs(request.build())
        .getResponsesList()
        .forEach(response -> assertEquals(0, response.getStatus().getCode()));
  }

  private static BatchUpdateBlobsRequest.Request plain(ByteString blob) {
    return BatchUpdateBlobsRequest.Request.newBuilder()
        .setDigest(Digest.of(blob).toProto())
        .setData(blob)
        .build();
  }

  private static BatchUpdateBlobsRequest.Request zstd(ByteString blob) throws IOException {
    return plain(blob).toBuilder().setData(pack(blob)).setCompressor(Compressor.Value.ZSTD).build();
  }

  private static ByteString pack(ByteString blob) throws IOException {
    try (InputStream in = new ZstdEncodingStream(blob.newInput())) {
      return ByteString.readFrom(in);
    }
  }

  private int read(String name) {
    int[] size = {0};
    ByteStreamGrpc.newBlockingStub(channel)
        .read(ReadRequest.newBuilder().setResourceName(name).build())
        .forEachRemaining(response -> size[0] += response.getData().size());
    return size[0];
  }

  private enum Finish {
    YES,
    NO
  }

  private void write(String name, long offset, ByteString data, Finish finish) {
    CompletableFuture<Long> end = new CompletableFuture<>();
    StreamObserver<WriteRequest> requests =
        ByteStreamGrpc.newStub(channel)
            .write(
                new StreamObserver<>() {
                  private long committed;

                  @Override
                  public void onNext(WriteResponse response) {
                    committed = response.getCommittedSize();
                  }

                  @Override
                  public void onError(Throwable failure) {
                    end.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {
                    end.complete(committed);
                  }
                });
    requests.onNext(
        WriteRequest.newBuilder()
            .setResourceName(name)
            .setWriteOffset(offset)
            .setData(data)
            .setFinishWrite(finish == Finish.YES)
            .build());
    requests.onCompleted();
    try {
      end.join();
    } catch (CompletionException e) {
      throw (StatusRuntimeException) e.getCause();
    }
  }

  private static String name(ByteString blob) {
    return Digest.of(blob).hash() + "/" + blob.size();
  }

  private static double bytes(ScrapedPage page, String what, String batched, String compressed) {
    return page.value(
        "elan_bytes_" + what + "_total", "batched", batched, "compressed", compressed);
  }

  private static double received(ScrapedPage page, String batched, String used) {
    return page.value("elan_blobs_received_total", "batched", batched, "compressor_used", used);
  }

  private static String[] served(String batched, String used, String preferred) {
    return new String[] {
      "batched", batched, "compressor_used", used, "compressor_preferred", preferred
    };
  }

  private static String[] rpc(String type, String method) {
    return new String[] {
      "grpc_type", type, "grpc_service", "google.bytestream.ByteStream", "grpc_method", method
    };
  }

  private static Guard guard() throws IOException {
    Clock clock = Clock.systemUTC();
    return Guard.open(SecurityConfig.OPEN, CredentialFiles.unwatched(clock), clock);
  }
}
