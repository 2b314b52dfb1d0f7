// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import static build.please.mettle.client.FakeExecution.done;
import static build.please.mettle.client.FakeExecution.fails;
import static build.please.mettle.client.FakeExecution.plays;
import static build.please.mettle.client.FakeExecution.stage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.control.Progress;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.ExecuteOperationMetadata;
import build.please.proto.execution.ExecutedActionMetadata;
import build.please.proto.execution.ExecutionStage;
import com.google.longrunning.Operation;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a person sees of an action beside what its command prints. */
@Timeout(60)
final class ExecProgressTest {
  @TempDir Path directory;
  private ExecConsole console;

  @BeforeEach
  void start() throws IOException {
    console = new ExecConsole(directory);
  }

  @AfterEach
  void stop() {
    console.close();
  }

  private static Timestamp at(int seconds, int millis) {
    return Timestamp.newBuilder().setSeconds(seconds).setNanos(millis * 1_000_000).build();
  }

  private static ActionResult.Builder timed() {
    return ActionResult.newBuilder()
        .setExecutionMetadata(
            ExecutedActionMetadata.newBuilder()
                .setWorker("w")
                .setQueuedTimestamp(at(10, 0))
                .setWorkerStartTimestamp(at(10, 3))
                .setInputFetchStartTimestamp(at(10, 4))
                .setInputFetchCompletedTimestamp(at(10, 9))
                .setExecutionStartTimestamp(at(10, 10))
                .setExecutionCompletedTimestamp(at(11, 52))
                .setOutputUploadStartTimestamp(at(12, 0))
                .setOutputUploadCompletedTimestamp(at(12, 8)));
  }

  @Test
  void times_areTold_whereTheServerKnowsThem() {
    console.server.execution.then(plays(done(ExecConsole.response(timed()))));
    assertEquals(0, console.exec("--", "true"));
    assertTrue(
        console
            .err()
            .endsWith(
                "mettle: executed on w in 1042 ms"
                    + " (queue 3 ms, fetch 5 ms, run 1042 ms, upload 8 ms)\n"),
        console::err);
  }

  @Test
  void times_areInTheJson() {
    console.server.execution.then(plays(done(ExecConsole.response(timed()))));
    assertEquals(0, console.exec("--json", "--", "true"));
    assertTrue(
        console
            .out()
            .contains(
                "\"times\":{\"queue_ms\":3.00,\"fetch_ms\":5.00,"
                    + "\"run_ms\":1042.00,\"upload_ms\":8.00}"),
        console::out);
  }

  @Test
  void terminal_showsTheStages_andKeepsTheLastLineOnly() {
    console.style = Console.Style.TERMINAL;
    console.server.execution.then(
        plays(stage(ExecutionStage.Value.EXECUTING, "w"), done(ExecConsole.response(timed()))));
    assertEquals(0, console.exec("--", "true"));
    assertTrue(console.err().contains("\r\u001b[Kmettle: [==> ] executing on w, "), console::err);
    String kept = console.err().substring(console.err().lastIndexOf("\u001b[K") + 3);
    assertTrue(kept.startsWith("mettle: executed on w in 1042 ms ("), console::err);
  }

  @Test
  void placeAndTimes_areTold_whereTheServerKnowsThem() {
    console.server.execution.then(
        plays(
            with(
                stage(ExecutionStage.Value.QUEUED),
                Progress.newBuilder().setAge(seconds(31)).setPlace(3).setWaiting(9).build()),
            with(
                stage(ExecutionStage.Value.EXECUTING, "w"),
                Progress.newBuilder().setAge(seconds(70)).setRunning(seconds(30)).build()),
            done(ExecConsole.response(timed()))));
    assertEquals(0, console.exec("--", "true"));
    assertTrue(
        console.err().contains("mettle: queued for 31 s, at about place 3 of 9\n"), console::err);
    assertTrue(console.err().contains("mettle: executing on w for 30 s\n"), console::err);
  }

  private static Duration seconds(long seconds) {
    return Duration.newBuilder().setSeconds(seconds).build();
  }

  private static Operation with(Operation state, Progress progress) {
    try {
      ExecuteOperationMetadata.Builder metadata =
          state.getMetadata().unpack(ExecuteOperationMetadata.class).toBuilder();
      metadata.getPartialExecutionMetadataBuilder().addAuxiliaryMetadata(Any.pack(progress));
      return state.toBuilder().setMetadata(Any.pack(metadata.build())).build();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void quiet_saysOnlyWhatIsWrong() {
    ActionResult.Builder result =
        timed().setExitCode(3).setStderrRaw(ByteString.copyFromUtf8("oops\n"));
    console
        .server
        .execution
        .then(plays(stage(ExecutionStage.Value.EXECUTING, "w"), done(ExecConsole.response(result))))
        .then(fails(Status.PERMISSION_DENIED));
    assertEquals(3, console.exec("--quiet", "--", "false"));
    assertEquals("oops\n", console.err());

    console.err.reset();
    assertEquals(125, console.exec("-q", "--", "false"));
    assertEquals("mettle: PERMISSION_DENIED\n", console.err());
  }

  @Test
  void streamThatCannotBeRead_costsNothing() {
    Operation executing =
        stage(ExecutionStage.Value.EXECUTING).toBuilder()
            .setMetadata(
                Any.pack(
                    ExecuteOperationMetadata.newBuilder()
                        .setStage(ExecutionStage.Value.EXECUTING)
                        .setStdoutStreamName("x/logstreams/none")
                        .setStderrStreamName("x/logstreams/none-either")
                        .build()))
            .build();
    ActionResult.Builder result = ActionResult.newBuilder();
    result.setStdoutDigest(
        console.server.storage.put(ByteString.copyFromUtf8("all of it\n")).toProto());
    console.server.execution.then(plays(executing, done(ExecConsole.response(result))));
    assertEquals(0, console.exec("--", "true"));
    assertEquals("all of it\n", console.out());
    assertFalse(console.err().contains("logstreams"), console::err);
  }
}
