// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.common.rpc.RpcChannel;
import build.please.elan.ScrapedPage;
import build.please.elan.Telemetry;
import build.please.metrics.Metrics;
import build.please.proto.execution.Action;
import build.please.proto.execution.BatchUpdateBlobsRequest;
import build.please.proto.execution.Command;
import build.please.proto.execution.ContentAddressableStorageGrpc;
import build.please.proto.execution.Directory;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutionGrpc;
import build.please.proto.execution.WaitExecutionRequest;
import com.google.longrunning.Operation;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.rpc.Code;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a scraper sees of a server that runs actions: the names of the list, and true values. */
@Timeout(60)
final class MetricsTest {
  @TempDir Path directory;

  private final Metrics metrics = Metrics.withoutHttp();
  private DualServer server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws IOException {
    server = DualServer.start(settings(0), Telemetry.untraced(metrics), Clock.systemUTC());
    channel = RpcChannel.open("grpc://127.0.0.1:" + server.port());
  }

  private DualServer.Settings settings(long minFreeBytes) {
    return TestSettings.dual(directory, "worker-7", Map.of(), minFreeBytes);
  }

  @AfterEach
  void stop() throws IOException {
    channel.shutdownNow();
    server.close();
    metrics.close();
  }

  private Digest store(MessageLite message) {
    ByteString bytes = message.toByteString();
    Digest digest = Digest.of(bytes);
    BatchUpdateBlobsRequest.Builder request = BatchUpdateBlobsRequest.newBuilder();
    request.addRequestsBuilder().setDigest(digest.toProto()).setData(bytes);
    ContentAddressableStorageGrpc.newBlockingStub(channel).batchUpdateBlobs(request.build());
    return digest;
  }

  private Digest action(String script, Action.Builder action) {
    Command.Builder command =
        Command.newBuilder().addArguments("/bin/sh").addArguments("-c").addArguments(script);
    action.setCommandDigest(store(command.build()).toProto());
    if (!action.hasInputRootDigest()) {
      action.setInputRootDigest(store(Directory.getDefaultInstance()).toProto());
    }
    return store(action.build());
  }

  private ExecuteResponse execute(Digest action) throws InvalidProtocolBufferException {
    Iterator<Operation> operations =
        ExecutionGrpc.newBlockingStub(channel)
            .execute(ExecuteRequest.newBuilder().setActionDigest(action.toProto()).build());
    Operation last = Operation.getDefaultInstance();
    while (operations.hasNext()) {
      last = operations.next();
    }
    return last.getResponse().unpack(ExecuteResponse.class);
  }

  private ScrapedPage page() {
    return new ScrapedPage(metrics.scrape());
  }

  /** Clients may hear of an end before it is counted. */
  private void awaitEnds(int count) {
    Deadlines.await(
        "the ends to be counted",
        () -> value("mettle_time_to_complete_action_secs_count") == count);
  }

  private double value(String name, String... labels) {
    return page().value(name, labels);
  }

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
          String.join("\n", list), String.join("\n", page().list(Pattern.compile("^mettle_"))));
    }
  }

  @Test
  void run_isCountedAndItsPartsAreTimed() throws Exception {
    assertEquals(0, execute(action("exit 0", Action.newBuilder())).getResult().getExitCode());
    awaitEnds(1);

    ScrapedPage page = page();
    assertEquals(1, page.value("mettle_requests_total"));
    assertEquals(1, page.value("mettle_publish_durations_count"));
    assertEquals(1, page.value("mettle_successful_actions_total"));
    assertEquals(0, page.value("mettle_failed_actions_total"));
    assertEquals(1, page.value("mettle_time_to_complete_action_secs_count"));
    assertEquals(1, page.value("mettle_builds_total"));
    assertEquals(1, page.value("mettle_fetch_durations_secs_count"));
    assertEquals(1, page.value("mettle_build_durations_secs_count"));
    assertEquals(1, page.value("mettle_upload_durations_secs_count"));
    assertEquals(1, page.value("mettle_cpu_usage_per_sec_count"));
    assertTrue(page.value("mettle_build_durations_secs_sum") > 0);
    assertTrue(
        page.value("mettle_time_to_complete_action_secs_sum")
            >= page.value("mettle_build_durations_secs_sum"));
    assertEquals(0, page.value("mettle_builds_current", "mettle_instance", "worker-7"));
    assertEquals(0, page.value("mettle_requests_current"));
  }

  @Test
  void cachedAnswer_isNoRun() throws Exception {
    Digest action = action("exit 0", Action.newBuilder());
    execute(action);
    assertTrue(execute(action).getCachedResult());
    awaitEnds(1);

    assertEquals(2, value("mettle_requests_total"));
    assertEquals(1, value("mettle_cached_total"));
    assertEquals(1, value("mettle_successful_actions_total"));
    assertEquals(1, value("mettle_builds_total"));
  }

  @Test
  void failures_areCountedByTheirKind() throws Exception {
    assertEquals(7, execute(action("exit 7", Action.newBuilder())).getResult().getExitCode());
    Action.Builder hasty = Action.newBuilder();
    hasty.getTimeoutBuilder().setNanos(1_000_000);
    assertEquals(
        Code.DEADLINE_EXCEEDED_VALUE, execute(action("sleep 60", hasty)).getStatus().getCode());
    assertEquals(1, value("mettle_action_timeout"));

    Directory.Builder root = Directory.newBuilder();
    root.addFilesBuilder()
        .setName("a")
        .setDigest(Digest.of(ByteString.copyFromUtf8("absent")).toProto());
    Action.Builder hollow = Action.newBuilder().setInputRootDigest(store(root.build()).toProto());
    assertEquals(
        Code.FAILED_PRECONDITION_VALUE, execute(action("exit 0", hollow)).getStatus().getCode());
    assertEquals(1, value("mettle_blob_not_found_errors_total", "version", ""));
    assertEquals(0, value("mettle_cache_hits_total"));
    assertEquals(1, value("mettle_cache_misses_total"));
    awaitEnds(3);
    assertEquals(3, value("mettle_failed_actions_total"));
    assertEquals(0, value("mettle_successful_actions_total"));
  }

  @Test
  void waitForTheUnknown_isCounted() {
    Iterator<Operation> operations =
        ExecutionGrpc.newBlockingStub(channel)
            .waitExecution(WaitExecutionRequest.newBuilder().setName("unknown").build());
    assertThrows(StatusRuntimeException.class, operations::hasNext);
    assertEquals(1, value("mettle_no_execution_in_progress"));
  }

  @Test
  void unfitness_isShown() throws IOException {
    assertEquals(0, value("mettle_worker_unfit", "subject", "disk"));
    server.close();
    try (Metrics others = Metrics.withoutHttp();
        DualServer full =
            DualServer.start(
                settings(Long.MAX_VALUE), Telemetry.untraced(others), Clock.systemUTC())) {
      assertTrue(full.port() > 0);
      Deadlines.await(
          "the store to have been asked",
          () -> unfit(others, "store") == 0 && unfit(others, "disk") == 1);
      assertFalse(new ScrapedPage(others.scrape()).has("mettle_worker_unfit", "subject", "x"));
    }
  }

  private static double unfit(Metrics metrics, String subject) {
    return new ScrapedPage(metrics.scrape()).value("mettle_worker_unfit", "subject", subject);
  }
}
