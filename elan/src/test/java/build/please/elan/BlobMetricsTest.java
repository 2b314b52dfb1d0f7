// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.common.cas.ZstdEncodingStream;
import build.please.proto.bytestream.ByteStreamGrpc;
import build.please.proto.bytestream.ReadRequest;
import build.please.proto.bytestream.WriteRequest;
import build.please.proto.bytestream.WriteResponse;
import build.please.proto.execution.BatchReadBlobsRequest;
import build.please.proto.execution.BatchUpdateBlobsRequest;
import build.please.proto.execution.Compressor;
import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a scraper sees of blobs that come and go. */
@Timeout(60)
final class BlobMetricsTest {
  @TempDir Path directory;
  private ScrapedElan elan;

  @BeforeEach
  void start() throws IOException {
    elan = new ScrapedElan(directory);
  }

  @AfterEach
  void stop() throws IOException {
    elan.close();
  }

  @Test
  void batches_areCounted() throws IOException {
    ByteString large = ByteString.copyFrom(new byte[2000]);
    ByteString small = ByteString.copyFromUtf8("small");
    ByteString packed = pack(small);
    elan.update(
        BatchUpdateBlobsRequest.newBuilder()
            .addRequests(ScrapedElan.plain(large))
            .addRequests(zstd(small)));
    elan.cas()
        .batchReadBlobs(
            BatchReadBlobsRequest.newBuilder()
                .addAcceptableCompressors(Compressor.Value.ZSTD)
                .addDigests(Digest.of(large).toProto())
                .addDigests(Digest.of(small).toProto())
                .addDigests(Digest.of(ByteString.copyFromUtf8("absent")).toProto())
                .build());

    ScrapedPage page = elan.page();
    assertEquals(2000, ScrapedElan.bytes(page, "received", "batched", "identity"));
    assertEquals(packed.size(), ScrapedElan.bytes(page, "received", "batched", "zstd"));
    assertEquals(1, received(page, "batched", "identity"));
    assertEquals(1, received(page, "batched", "zstd"));
    assertEquals(pack(large).size(), ScrapedElan.bytes(page, "served", "batched", "zstd"));
    assertEquals(small.size(), ScrapedElan.bytes(page, "served", "batched", "identity"));
    assertEquals(
        1, page.value("elan_blobs_served_total", ScrapedElan.served("batched", "zstd", "zstd")));
    assertEquals(
        1,
        page.value("elan_blobs_served_total", ScrapedElan.served("batched", "identity", "zstd")));
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
    write("uploads/u/compressed-blobs/zstd/" + ScrapedElan.name(blob), 0, packed, Finish.YES);
    assertEquals(300_000, elan.read("blobs/" + ScrapedElan.name(blob)));

    ScrapedPage page = elan.page();
    assertEquals(packed.size(), ScrapedElan.bytes(page, "received", "streamed", "zstd"));
    assertEquals(1, received(page, "streamed", "zstd"));
    assertEquals(300_000, ScrapedElan.bytes(page, "served", "streamed", "identity"));
    assertEquals(
        1,
        page.value(
            "elan_blobs_served_total", ScrapedElan.served("streamed", "identity", "identity")));
    assertEquals(0, page.value("grpc_server_open_calls", rpc("client_stream", "Write")));
  }

  @Test
  void partOfABlob_countsItsBytesOnly() throws IOException {
    ByteString blob = ByteString.copyFrom(new byte[1000]);
    elan.update(BatchUpdateBlobsRequest.newBuilder().addRequests(ScrapedElan.plain(blob)));
    ByteStreamGrpc.newBlockingStub(elan.channel())
        .read(
            ReadRequest.newBuilder()
                .setResourceName("blobs/" + ScrapedElan.name(blob))
                .setReadOffset(100)
                .setReadLimit(50)
                .build())
        .forEachRemaining(response -> {});

    assertEquals(50, ScrapedElan.bytes(elan.page(), "served", "streamed", "identity"));
    assertEquals(
        0,
        elan.page()
            .value(
                "elan_blobs_served_total", ScrapedElan.served("streamed", "identity", "identity")));
  }

  @Test
  void wrongSizes_areCounted() throws IOException {
    ByteString blob = ByteString.copyFromUtf8("a blob");
    Digest longer = new Digest(Digest.of(blob).hash(), 7);
    elan.cas()
        .batchUpdateBlobs(
            BatchUpdateBlobsRequest.newBuilder()
                .addRequests(
                    BatchUpdateBlobsRequest.Request.newBuilder()
                        .setDigest(longer.toProto())
                        .setData(blob))
                .build());
    assertEquals(1, elan.page().value("elan_blob_size_mismatches_total"));

    assertThrows(
        StatusRuntimeException.class,
        () -> write("uploads/u/blobs/" + longer.hash() + "/" + longer.size(), 0, blob, Finish.YES));
    assertEquals(2, elan.page().value("elan_blob_size_mismatches_total"));

    Digest other = new Digest("a".repeat(64), 6);
    assertThrows(
        StatusRuntimeException.class,
        () -> write("uploads/u/blobs/" + other.hash() + "/6", 0, blob, Finish.YES));
    assertEquals(2, elan.page().value("elan_blob_size_mismatches_total"));
    assertEquals(0, received(elan.page(), "streamed", "identity"));
    assertEquals(12, ScrapedElan.bytes(elan.page(), "received", "streamed", "identity"));
  }

  @Test
  void resumedUploads_areCounted() throws IOException {
    ByteString blob = ByteString.copyFromUtf8("a blob in two parts");
    String name = "uploads/u/blobs/" + ScrapedElan.name(blob);
    write(name, 0, blob.substring(0, 5), Finish.NO);
    assertEquals(0, elan.page().value("elan_uploads_resumed_total"));
    write(name, 5, blob.substring(5), Finish.YES);

    assertEquals(1, elan.page().value("elan_uploads_resumed_total"));
    assertEquals(blob.size(), ScrapedElan.bytes(elan.page(), "received", "streamed", "identity"));
    assertEquals(1, received(elan.page(), "streamed", "identity"));
  }

  private static BatchUpdateBlobsRequest.Request zstd(ByteString blob) throws IOException {
    return ScrapedElan.plain(blob).toBuilder()
        .setData(pack(blob))
        .setCompressor(Compressor.Value.ZSTD)
        .build();
  }

  private static ByteString pack(ByteString blob) throws IOException {
    try (InputStream in = new ZstdEncodingStream(blob.newInput())) {
      return ByteString.readFrom(in);
    }
  }

  private enum Finish {
    YES,
    NO
  }

  private void write(String name, long offset, ByteString data, Finish finish) {
    CompletableFuture<Long> end = new CompletableFuture<>();
    StreamObserver<WriteRequest> requests =
        ByteStreamGrpc.newStub(elan.channel())
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

  private static double received(ScrapedPage page, String batched, String used) {
    return page.value("elan_blobs_received_total", "batched", batched, "compressor_used", used);
  }

  private static String[] rpc(String type, String method) {
    return new String[] {
      "grpc_type", type, "grpc_service", "google.bytestream.ByteStream", "grpc_method", method
    };
  }
}
