// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import static build.please.mettle.client.FakeExecution.NAME;
import static build.please.mettle.client.FakeExecution.breaks;
import static build.please.mettle.client.FakeExecution.done;
import static build.please.mettle.client.FakeExecution.fails;
import static build.please.mettle.client.FakeExecution.plays;
import static build.please.mettle.client.FakeExecution.stage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutionStage;
import com.google.longrunning.Operation;
import com.google.rpc.Code;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ExecutionCallTest {
  private static final ExecuteRequest REQUEST =
      ExecuteRequest.newBuilder().setInstanceName("main").build();

  private static final Operation QUEUED = stage(ExecutionStage.Value.QUEUED);
  private static final Operation EXECUTING = stage(ExecutionStage.Value.EXECUTING);

  private final List<ExecutionStage.Value> stages = new ArrayList<>();
  private FakeServer server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws IOException {
    server = new FakeServer();
    channel = server.dial();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.close();
  }

  @Test
  void undisturbed_showsEveryStage() throws IOException {
    server.execution.then(plays(QUEUED, EXECUTING, done(response(7))));
    assertEquals(response(7), run());
    assertEquals(
        List.of(
            ExecutionStage.Value.QUEUED,
            ExecutionStage.Value.EXECUTING,
            ExecutionStage.Value.COMPLETED),
        stages);
    assertEquals(List.of(REQUEST), server.execution.calls);
  }

  @Test
  void brokenStream_isFollowedByName() throws IOException {
    server
        .execution
        .then(breaks(Status.UNAVAILABLE, QUEUED))
        .then(fails(Status.UNAVAILABLE))
        .then(breaks(Status.INTERNAL, EXECUTING))
        .then(plays(EXECUTING))
        .then(plays(done(response(0))));
    assertEquals(response(0), run());
    assertEquals(List.of(REQUEST, NAME, NAME, NAME, NAME), server.execution.calls);
  }

  @Test
  void forgottenOperation_isExecutedAgain() throws IOException {
    server
        .execution
        .then(breaks(Status.UNAVAILABLE, QUEUED))
        .then(fails(Status.NOT_FOUND))
        .then(plays(QUEUED, done(response(0))));
    assertEquals(response(0), run());
    assertEquals(List.of(REQUEST, NAME, REQUEST), server.execution.calls);
  }

  @Test
  void lostWorker_isExecutedAgain() throws IOException {
    ExecuteResponse lost = status(Code.UNAVAILABLE);
    server.execution.then(plays(QUEUED, done(lost))).then(plays(done(response(0))));
    assertEquals(response(0), run());
    assertEquals(List.of(REQUEST, REQUEST), server.execution.calls);
  }

  @Test
  void serverAway_isTriedSomeTimes() {
    server.execution.then(fails(Status.UNAVAILABLE.withDescription("gone fishing")));
    IOException e = assertThrows(IOException.class, this::run);
    assertEquals("UNAVAILABLE: gone fishing", e.getMessage());
    assertEquals(List.of(REQUEST, REQUEST, REQUEST), server.execution.calls);
  }

  @Test
  void workersLostForEver_isGivenUp() {
    server.execution.then(plays(QUEUED, done(status(Code.UNAVAILABLE))));
    assertThrows(IOException.class, this::run);
    assertEquals(3, server.execution.calls.size());
  }

  @Test
  void forgottenForEver_isGivenUp() {
    for (int i = 0; i < 60; i++) {
      server.execution.then(breaks(Status.UNAVAILABLE, QUEUED)).then(fails(Status.NOT_FOUND));
    }
    assertThrows(IOException.class, this::run);
    assertTrue(server.execution.calls.size() <= 100, server.execution.calls.size() + " calls");
  }

  @Test
  void refusals_areFinal() {
    for (Status status :
        List.of(
            Status.INVALID_ARGUMENT,
            Status.FAILED_PRECONDITION,
            Status.NOT_FOUND,
            Status.UNAUTHENTICATED,
            Status.INTERNAL)) {
      FakeExecution execution = server.execution;
      execution.calls.clear();
      assertThrows(IOException.class, () -> runOnce(fails(status)), status.toString());
      assertEquals(List.of(REQUEST), execution.calls, status.toString());
    }
  }

  @Test
  void otherStatusInTheResponse_isTheCallersToJudge() throws IOException {
    server.execution.then(plays(done(status(Code.DEADLINE_EXCEEDED))));
    assertEquals(status(Code.DEADLINE_EXCEEDED), run());
  }

  @Test
  void doneWithoutResponse_isAFault() {
    Operation nothing = QUEUED.toBuilder().setDone(true).build();
    assertThrows(IOException.class, () -> runOnce(plays(nothing)));
    Operation error =
        nothing.toBuilder()
            .setError(com.google.rpc.Status.newBuilder().setCode(9).setMessage("so sad"))
            .build();
    IOException e = assertThrows(IOException.class, () -> runOnce(plays(error)));
    assertEquals("FAILED_PRECONDITION: so sad", e.getMessage());
  }

  @Test
  void streamThatNeverSaysAnything_isGivenUp() {
    server.execution.then(plays());
    assertThrows(IOException.class, this::run);
    assertEquals(3, server.execution.calls.size());
  }

  private ExecuteResponse run() throws IOException {
    return new ExecutionCall(channel, 3, Duration.ofMillis(1))
        .run(REQUEST, metadata -> stages.add(metadata.getStage()));
  }

  private void runOnce(FakeExecution.Scene scene) throws IOException {
    try (FakeServer other = new FakeServer()) {
      other.execution.then(scene);
      ManagedChannel there = other.dial();
      try {
        new ExecutionCall(there, 3, Duration.ofMillis(1)).run(REQUEST, metadata -> {});
      } finally {
        server.execution.calls.addAll(other.execution.calls);
        there.shutdownNow();
      }
    }
  }

  private static ExecuteResponse response(int exitCode) {
    ExecuteResponse.Builder response = ExecuteResponse.newBuilder();
    response.getResultBuilder().setExitCode(exitCode);
    return response.build();
  }

  private static ExecuteResponse status(Code code) {
    ExecuteResponse.Builder response = ExecuteResponse.newBuilder();
    response.getStatusBuilder().setCode(code.getNumber());
    return response.build();
  }
}
