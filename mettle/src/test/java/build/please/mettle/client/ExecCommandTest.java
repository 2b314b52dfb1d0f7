// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import static build.please.mettle.client.FakeExecution.breaks;
import static build.please.mettle.client.FakeExecution.done;
import static build.please.mettle.client.FakeExecution.fails;
import static build.please.mettle.client.FakeExecution.plays;
import static build.please.mettle.client.FakeExecution.stage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.execution.ActionResult;
import build.please.proto.execution.Directory;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutionStage;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ExecCommandTest {
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

  @Test
  void command_isRunAndTold() throws IOException {
    Files.writeString(console.directory.resolve("a.txt"), "abc");
    ActionResult.Builder result = ActionResult.newBuilder();
    result.getExecutionMetadataBuilder().setWorker("worker-1");
    result.getExecutionMetadataBuilder().getExecutionStartTimestampBuilder().setSeconds(10);
    result
        .getExecutionMetadataBuilder()
        .getExecutionCompletedTimestampBuilder()
        .setSeconds(10)
        .setNanos(42_000_000);
    result
        .addOutputFilesBuilder()
        .setPath("b.txt")
        .setDigest(console.server.storage.put(ByteString.copyFromUtf8("ABC")).toProto());
    console.server.execution.then(
        plays(
            stage(ExecutionStage.Value.QUEUED),
            stage(ExecutionStage.Value.QUEUED),
            stage(ExecutionStage.Value.EXECUTING, "worker-1"),
            done(ExecConsole.response(result))));

    assertEquals(
        0,
        console.exec(
            "--input", "a.txt", "--output", "b.txt", "--", "/bin/sh", "-c", "tr a-z A-Z <a.txt"));
    assertEquals("ABC", Files.readString(console.directory.resolve("b.txt")));
    assertEquals("", console.out());
    assertEquals(
        """
        mettle: uploaded 4 of 4 blobs
        mettle: queued
        mettle: executing on worker-1
        mettle: completed
        mettle: executed on worker-1 in 42 ms
        """,
        console.err());
    Directory root =
        Directory.parseFrom(console.server.storage.get(console.action().getInputRootDigest()));
    assertEquals("a.txt", root.getFiles(0).getName());
    assertEquals(
        List.of("/bin/sh", "-c", "tr a-z A-Z <a.txt"), console.command().getArgumentsList());
    assertEquals(List.of("b.txt"), console.command().getOutputPathsList());
    assertFalse(console.action().getDoNotCache());
    assertFalse(console.action().hasTimeout());
    assertFalse(console.action().hasPlatform());
    assertFalse(console.request().getSkipCacheLookup());
  }

  @Test
  void printedBytes_arePassedOn() {
    byte[] bytes = {0, (byte) 0xff, '\r', '\n', (byte) 0x80};
    byte[] large = new byte[2_000_000];
    ActionResult.Builder result = ActionResult.newBuilder().setExitCode(3);
    result.setStdoutDigest(console.server.storage.put(ByteString.copyFrom(large)).toProto());
    result.setStderrRaw(ByteString.copyFrom(bytes));
    console.server.execution.then(plays(done(ExecConsole.response(result))));
    assertEquals(3, console.exec("--", "false"));
    assertArrayEquals(large, console.out.toByteArray());
    ByteString said = ByteString.copyFrom(console.err.toByteArray());
    int at = said.size() - "mettle: executed on a worker without a name in 0 ms\n".length();
    assertEquals(ByteString.copyFrom(bytes), said.substring(at - bytes.length, at));
  }

  @Test
  void exitCodes_arePassedOn() {
    for (int[] codes :
        new int[][] {{0, 0}, {1, 1}, {125, 125}, {255, 255}, {256, 255}, {-1, 255}}) {
      try (FakeServer other = new FakeServer()) {
        console.server = other;
        console.server.execution.then(
            plays(done(ExecConsole.response(ActionResult.newBuilder().setExitCode(codes[0])))));
        assertEquals(codes[1], console.exec("--", "x"));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void cachedResult_isSaidToBe() {
    console.server.execution.then(
        plays(
            done(
                ExecConsole.response(ActionResult.newBuilder()).toBuilder()
                    .setCachedResult(true)
                    .build())));
    assertEquals(0, console.exec("--", "true"));
    assertTrue(console.err().endsWith("mettle: from the cache\n"), console.err());
  }

  @Test
  void missingOutput_isSaid() {
    console.server.execution.then(plays(done(ExecConsole.response(ActionResult.newBuilder()))));
    assertEquals(0, console.exec("--output", "there/not", "--", "true"));
    assertTrue(console.err().contains("mettle: output there/not was not made\n"), console.err());
  }

  @Test
  void failedCommand_stillHasOutputs() throws IOException {
    ActionResult.Builder result = ActionResult.newBuilder().setExitCode(9);
    result
        .addOutputFilesBuilder()
        .setPath("log")
        .setDigest(console.server.storage.put(ByteString.copyFromUtf8("why")).toProto());
    console.server.execution.then(plays(done(ExecConsole.response(result))));
    assertEquals(9, console.exec("--output", "log", "--output_dir", "some/dir", "--", "false"));
    assertEquals("why", Files.readString(console.directory.resolve("some/dir/log")));
  }

  @Test
  void timeout_isInfrastructureAfterWhatWasPrinted() {
    ExecuteResponse.Builder response = ExecuteResponse.newBuilder();
    response.getStatusBuilder().setCode(Code.DEADLINE_EXCEEDED_VALUE).setMessage("after\n2 s");
    response.getResultBuilder().setStdoutRaw(ByteString.copyFromUtf8("so far"));
    console.server.execution.then(plays(done(response.build())));
    assertEquals(125, console.exec("--", "sleep", "9"));
    assertEquals("so far", console.out());
    assertTrue(
        console.err().endsWith("mettle: the command was killed after its timeout: after 2 s\n"),
        console.err());
  }

  @Test
  void refusedAction_isInfrastructure() {
    ExecuteResponse.Builder response = ExecuteResponse.newBuilder();
    response.getStatusBuilder().setCode(Code.INVALID_ARGUMENT_VALUE).setMessage("no such program");
    response.getResultBuilder().getStdoutDigestBuilder().setHash("a".repeat(64)).setSizeBytes(5);
    console.server.execution.then(plays(done(response.build())));
    assertEquals(125, console.exec("--", "nonsense"));
    assertTrue(
        console.err().endsWith("mettle: INVALID_ARGUMENT: no such program\n"), console.err());
  }

  @Test
  void lostBlob_isInfrastructure() {
    ActionResult.Builder result = ActionResult.newBuilder();
    result.getStdoutDigestBuilder().setHash("a".repeat(64)).setSizeBytes(5);
    console.server.execution.then(plays(done(ExecConsole.response(result))));
    assertEquals(125, console.exec("--", "true"));
    assertTrue(console.err().endsWith("not found\n"), console.err());
    assertFalse(console.err().contains("\tat "), "no stack trace");
  }

  @Test
  void fileInPlaceOfTheOutputDirectory_isSaid() throws IOException {
    Path taken = Files.writeString(console.directory.resolve("taken"), "");
    ActionResult.Builder result = ActionResult.newBuilder();
    result.addOutputSymlinksBuilder().setPath("link").setTarget("x");
    console.server.execution.then(plays(done(ExecConsole.response(result))));
    assertEquals(125, console.exec("--output_dir", "taken", "--", "true"));
    assertTrue(
        console.err().endsWith("mettle: " + taken + " (FileAlreadyExistsException)\n"),
        console.err());
  }

  @Test
  void refusedCall_isOneLine() {
    console.server.execution.then(fails(Status.PERMISSION_DENIED.withDescription("who are you?")));
    assertEquals(125, console.exec("--", "true"));
    assertTrue(console.err().endsWith("mettle: PERMISSION_DENIED: who are you?\n"), console.err());
  }

  @Test
  void serverAway_isOneLine() {
    console.server.close();
    assertEquals(125, console.exec("--", "true"));
    assertEquals(1, console.err().lines().count(), console.err());
    assertTrue(console.err().contains("UNAVAILABLE"), console.err());
  }

  @Test
  void brokenConnection_isRepaired() {
    console
        .server
        .execution
        .then(breaks(Status.UNAVAILABLE, stage(ExecutionStage.Value.QUEUED)))
        .then(plays(done(ExecConsole.response(ActionResult.newBuilder().setExitCode(4)))));
    assertEquals(4, console.exec("--", "true"));
    assertEquals(2, console.server.execution.calls.size());
  }

  @Test
  void repeatedRuns_areMeasured() throws IOException {
    console.server.execution.then(
        plays(done(ExecConsole.response(ActionResult.newBuilder().setExitCode(0)))));
    assertEquals(0, console.exec("--repeat", "10", "--", "true"));
    assertEquals(10, console.server.execution.calls.size());
    assertTrue(console.action().getDoNotCache());
    assertTrue(console.request().getSkipCacheLookup());
    // The clock moves by a millisecond whenever it is looked at.
    assertTrue(
        console.err().contains("mettle: 10 runs: p50 1.00 ms, p99 1.00 ms, max 1.00 ms\n"),
        console.err());
    assertFalse(console.err().contains("completed"), "no stages");
  }

  @Test
  void repeatedRuns_endWithTheFirstFailure() {
    console
        .server
        .execution
        .then(plays(done(ExecConsole.response(ActionResult.newBuilder()))))
        .then(plays(done(ExecConsole.response(ActionResult.newBuilder().setExitCode(6)))));
    assertEquals(6, console.exec("--repeat", "10", "--", "true"));
    assertEquals(2, console.server.execution.calls.size());
  }

  @Test
  void repeatedRunsFromTheCache_areNoMeasurement() {
    console.server.execution.then(
        plays(
            done(
                ExecConsole.response(ActionResult.newBuilder()).toBuilder()
                    .setCachedResult(true)
                    .build())));
    assertEquals(125, console.exec("--repeat", "10", "--", "true"));
  }

  @Test
  void json_isOneObjectOnStdout() {
    ActionResult.Builder result = ActionResult.newBuilder().setExitCode(2);
    result.setStdoutRaw(ByteString.copyFromUtf8("say \"\u00e4\"\n\u0001"));
    result.setStderrRaw(ByteString.copyFrom(new byte[] {(byte) 0xff}));
    result.getExecutionMetadataBuilder().setWorker("w");
    console.server.execution.then(plays(done(ExecConsole.response(result))));
    assertEquals(2, console.exec("--json", "--repeat", "1", "--output", "x", "--", "true"));
    String digest = FakeStorage.checked(console.request().getActionDigest()).toString();
    assertEquals(
        "{\"action\":\""
            + digest
            + "\",\"exit_code\":2,\"cached\":false,\"worker\":\"w\",\"message\":\"\","
            + "\"execution_ms\":1.00,\"round_trip_ms\":1.00,\"outputs\":[],"
            + "\"missing_outputs\":[\"x\"],"
            + "\"repeat\":{\"count\":1,\"p50_ms\":1.00,\"p99_ms\":1.00,\"max_ms\":1.00},"
            + "\"stdout\":\"say \\\"\u00e4\\\"\\n\\u0001\",\"stderr_base64\":\"/w==\"}\n",
        console.out());
  }
}
