// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static build.please.proto.execution.ExecutionStage.Value.COMPLETED;
import static build.please.proto.execution.ExecutionStage.Value.EXECUTING;
import static build.please.proto.execution.ExecutionStage.Value.QUEUED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.ActionCache;
import build.please.common.cas.Digest;
import build.please.mettle.queue.ExecuteMessage;
import build.please.proto.execution.Action;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.Command;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.WaitExecutionRequest;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class WaitExecutionTest {
  private ApiServer api;

  @BeforeEach
  void start() throws IOException {
    api = new ApiServer();
  }

  @AfterEach
  void stop() throws IOException {
    api.close();
  }

  @Test
  void waitExecution_clientWasCutOff_hearsTheRestUnderAnyFormOfTheName() throws IOException {
    Digest action = api.action("long");
    Answers<ExecuteRequest> cutOff = api.execute(action);
    String name = cutOff.next(QUEUED).getName();
    cutOff.cancel();
    Answers<WaitExecutionRequest> back = api.waitExecution(name);
    Answers<WaitExecutionRequest> other = api.waitExecution("operations/" + name);
    back.next(QUEUED);
    other.next(QUEUED);
    ExecuteMessage message = api.takeRequest();
    api.respondExecuting(message);
    back.next(EXECUTING);
    other.next(EXECUTING);
    api.respondCompleted(message, 5);
    assertEquals(5, back.last().getResult().getExitCode());
    assertEquals(5, other.last().getResult().getExitCode());
  }

  @Test
  void waitExecution_runOfItsOwn_isFoundByItsName() throws IOException {
    Digest action =
        api.store(Action.newBuilder().setDoNotCache(true), Command.newBuilder().addArguments("x"));
    String name = api.execute(action).next(QUEUED).getName();
    Answers<WaitExecutionRequest> back = api.waitExecution(name);
    assertEquals(name, back.next(QUEUED).getName());
    api.respondCompleted(api.takeRequest(), 6);
    assertEquals(6, back.last().getResult().getExitCode());
    assertNotFound(action.hash());
  }

  @Test
  void waitExecution_runIsOver_hearsTheEnd() throws IOException {
    String name = finish(api.action("done"), 9);
    for (int i = 0; i < 3; i++) {
      assertEquals(9, api.waitExecution(name).last().getResult().getExitCode());
    }
  }

  @Test
  void waitExecution_retentionIsOver_isNotFound() throws IOException {
    String name = finish(api.action("done"), 9);
    api.waitExecution(name).last(); // The clock must not move before the end is written down.
    api.nanos.addAndGet(Duration.ofMinutes(9).toNanos());
    api.operations.forgetOverdue();
    api.waitExecution(name).last();
    api.nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    api.operations.forgetOverdue();
    assertNotFound(name);
  }

  @Test
  void waitExecution_nobodyRemembersButTheResultIsStored_hearsIt() {
    Digest action = api.action("stored");
    api.results.put(
        action, ActionResult.newBuilder().setExitCode(0).build(), ActionCache.Replace.ALWAYS);
    for (String name : List.of(action.hash(), "operations/" + action.hash())) {
      Answers<WaitExecutionRequest> answers = api.waitExecution(name);
      var operation = answers.next(COMPLETED);
      assertEquals(action.hash(), operation.getName());
      assertTrue(Answers.response(operation).getCachedResult());
      assertEquals(Status.Code.OK, answers.end().getCode());
    }
    assertNotFound(action.hash() + "/a-run");
  }

  @Test
  void waitExecution_runIsKnownFromAnotherReplica_hearsIt() throws IOException {
    Digest action = api.action("elsewhere");
    ExecuteMessage elsewhere =
        new ExecuteMessage(ApiServer.request(action).build(), Instant.now(), "");
    api.respondCompleted(elsewhere, 8);
    Deadline.await(() -> api.operations.known().size() > 0, "the response was heard");
    var response = api.waitExecution(action.hash()).last();
    assertEquals(8, response.getResult().getExitCode());
    assertFalse(response.getCachedResult());
  }

  @Test
  void waitExecution_unknownName_isNotFound() {
    for (String name :
        List.of("x", "ab".repeat(32), "operations/", "operations/x", "../..", "a".repeat(1024))) {
      assertNotFound(name);
    }
    assertNotFound(Digest.EMPTY.hash());
  }

  @Test
  void waitExecution_nameThatNoneCanHave_isInvalid() {
    for (String name : List.of("", "a".repeat(1025), "b".repeat(1 << 20))) {
      assertEquals(
          Status.Code.INVALID_ARGUMENT, api.waitExecution(name).refusal().getStatus().getCode());
    }
  }

  @Test
  void waitExecution_cacheIsOutOfOrder_isUnavailable() {
    api.results.broken = true;
    assertEquals(Status.Code.UNAVAILABLE, api.waitExecution("ab".repeat(32)).end().getCode());
  }

  private String finish(Digest action, int exitCode) throws IOException {
    Answers<ExecuteRequest> client = api.execute(action);
    String name = client.next(QUEUED).getName();
    api.respondCompleted(api.takeRequest(), exitCode);
    client.last();
    return name;
  }

  private void assertNotFound(String name) {
    assertEquals(Status.Code.NOT_FOUND, api.waitExecution(name).refusal().getStatus().getCode());
  }
}
