// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.BatchUpdateBlobsRequest;
import build.please.proto.execution.Directory;
import build.please.proto.execution.DirectoryNode;
import build.please.proto.execution.GetActionResultRequest;
import build.please.proto.execution.GetTreeRequest;
import build.please.proto.execution.UpdateActionResultRequest;
import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
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
  private ScrapedElan elan;

  @BeforeEach
  void start() throws IOException {
    elan = new ScrapedElan(directory);
  }

  @AfterEach
  void stop() throws IOException {
    elan.close();
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
          String.join("\n", elan.page().list(Pattern.compile("^(elan|grpc|process)_"))));
    }
  }

  @Test
  void labels_areThereFromTheStart() {
    ScrapedPage page = elan.page();
    assertTrue(page.has("elan_bytes_received_total", "batched", "streamed", "compressed", "zstd"));
    assertTrue(page.has("elan_bytes_served_total", "batched", "single", "compressed", "n/a"));
    assertTrue(
        page.has("elan_blobs_served_total", ScrapedElan.served("batched", "identity", "zstd")));
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
  void actionCache_countsHitsAndMisses() throws IOException {
    Digest action = Digest.of(ByteString.copyFromUtf8("action"));
    GetActionResultRequest get =
        GetActionResultRequest.newBuilder()
            .setActionDigest(action.toProto())
            .setInlineStdout(true)
            .build();
    assertThrows(StatusRuntimeException.class, () -> elan.actions().getActionResult(get));
    ByteString stdout = ByteString.copyFromUtf8("what it said");
    elan.update(BatchUpdateBlobsRequest.newBuilder().addRequests(ScrapedElan.plain(stdout)));
    ActionResult result =
        ActionResult.newBuilder().setStdoutDigest(Digest.of(stdout).toProto()).build();
    elan.actions()
        .updateActionResult(
            UpdateActionResultRequest.newBuilder()
                .setActionDigest(action.toProto())
                .setActionResult(result)
                .build());
    elan.actions().getActionResult(get);
    elan.actions().getActionResult(get);

    ScrapedPage page = elan.page();
    assertEquals(1, page.value("elan_action_cache_misses_total"));
    assertEquals(2, page.value("elan_action_cache_hits_total"));
    assertEquals(result.getSerializedSize(), ScrapedElan.bytes(page, "received", "single", "n/a"));
    assertEquals(
        2 * result.getSerializedSize(), ScrapedElan.bytes(page, "served", "single", "n/a"));
    assertEquals(2 * stdout.size(), ScrapedElan.bytes(page, "served", "single", "identity"));
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
    elan.update(
        BatchUpdateBlobsRequest.newBuilder()
            .addRequests(ScrapedElan.plain(leaf))
            .addRequests(ScrapedElan.plain(root)));
    GetTreeRequest request =
        GetTreeRequest.newBuilder().setRootDigest(Digest.of(root).toProto()).build();
    elan.cas().getTree(request).forEachRemaining(response -> {});
    assertEquals(0, elan.page().value("elan_dir_cache_hits_total"));
    assertEquals(2, elan.page().value("elan_dir_cache_misses_total"));
    elan.cas().getTree(request).forEachRemaining(response -> {});

    assertEquals(2, elan.page().value("elan_dir_cache_hits_total"));
    assertEquals(2, elan.page().value("elan_dir_cache_misses_total"));
    assertEquals(
        2 * (leaf.size() + root.size()),
        ScrapedElan.bytes(elan.page(), "served", "single", "identity"));
  }

  @Test
  void corruptBlobs_areCounted() throws IOException {
    ByteString blob = ByteString.copyFromUtf8("a blob");
    elan.update(BatchUpdateBlobsRequest.newBuilder().addRequests(ScrapedElan.plain(blob)));
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .filter(file -> file.getFileName().toString().equals(Digest.of(blob).hash()))
          .forEach(MetricsTest::spoil);
    }
    assertThrows(StatusRuntimeException.class, () -> elan.read("blobs/" + ScrapedElan.name(blob)));

    assertEquals(1, elan.page().value("elan_corrupt_blobs_total"));
    assertEquals(0, ScrapedElan.bytes(elan.page(), "served", "streamed", "identity"));
  }

  private static void spoil(Path file) {
    try {
      Files.delete(file);
      Files.writeString(file, "a blot");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
