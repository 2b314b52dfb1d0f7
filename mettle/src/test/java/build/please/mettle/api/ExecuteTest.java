// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static build.please.proto.execution.ExecutionStage.Value.EXECUTING;
import static build.please.proto.execution.ExecutionStage.Value.QUEUED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.ExecuteOperation;
import build.please.proto.execution.Action;
import build.please.proto.execution.Command;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import com.google.longrunning.Operation;
import com.google.rpc.Code;
import io.grpc.Status;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ExecuteTest {
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
  void execute_tellsEachStageUnderOneName() throws IOException {
    Digest action = api.action("true");
    ExecuteRequest request =
        ApiServer.request(action).setInstanceName("some/instance").setSkipCacheLookup(true).build();
    Answers<ExecuteRequest> answers = api.execute(request);

    Operation queued = answers.next(QUEUED);
    assertEquals(action.hash(), queued.getName());
    assertEquals(action, Digest.parse(Answers.metadata(queued).getActionDigest()));
    ExecuteMessage message = api.takeRequest();
    assertEquals(request, message.request());
    api.respondExecuting(message);
    Operation executing = answers.next(EXECUTING);
    assertEquals(action.hash(), executing.getName());
    assertEquals("worker-1", Answers.metadata(executing).getPartialExecutionMetadata().getWorker());
    api.respondCompleted(message, 3);
    ExecuteResponse response = answers.last();
    assertEquals(3, response.getResult().getExitCode());
    assertEquals(Code.OK_VALUE, response.getStatus().getCode());
  }

  @Test
  void execute_answeredWithoutEveryStage_endsAllTheSame() throws IOException {
    Answers<ExecuteRequest> answers = api.execute(api.action("true"));
    answers.next(QUEUED);
    api.respondCompleted(api.takeRequest(), 0);
    answers.last();
  }

  @Test
  void execute_runFails_statusIsInsideTheResponse() throws IOException {
    Answers<ExecuteRequest> answers = api.execute(api.action("sleep"));
    answers.next(QUEUED);
    ExecuteMessage message = api.takeRequest();
    ExecuteResponse.Builder late = ExecuteResponse.newBuilder();
    late.getStatusBuilder().setCode(Code.DEADLINE_EXCEEDED_VALUE).setMessage("too late");
    api.respond(message, ExecuteOperation.completed(message, late.build()));
    ExecuteResponse response = answers.last();
    assertEquals("too late", response.getStatus().getMessage());
    assertTrue(response.hasResult(), "plz shows no status without a result");
  }

  @Test
  void execute_afterAnEarlierRunFinished_runsAgain() throws IOException {
    Digest action = api.action("flaky");
    Answers<ExecuteRequest> first = api.execute(action);
    first.next(QUEUED);
    ExecuteMessage firstRun = api.takeRequest();
    api.respondCompleted(firstRun, 1);
    assertEquals(1, first.last().getResult().getExitCode());

    Answers<ExecuteRequest> second = api.execute(action);
    second.next(QUEUED);
    ExecuteMessage secondRun = api.takeRequest();
    assertTrue(secondRun.queuedAt().isAfter(firstRun.queuedAt()));
    api.respondCompleted(firstRun, 1);
    api.respondCompleted(secondRun, 0);
    assertEquals(0, second.last().getResult().getExitCode());
  }

  @Test
  void execute_emptyInputRoot_isAccepted() {
    Command.Builder command = Command.newBuilder().addArguments("true");
    Digest action =
        api.blobs.put(
            Action.newBuilder()
                .setCommandDigest(api.blobs.put(command.build()).toProto())
                .setInputRootDigest(Digest.EMPTY.toProto())
                .build());
    api.execute(action).next(QUEUED);
  }

  @Test
  void close_clientsAreWaiting_endsTheirStreamsWithUnavailable() {
    Answers<ExecuteRequest> waiting = api.execute(api.action("long"));
    waiting.next(QUEUED);
    api.operations.close();
    assertEquals(Status.Code.UNAVAILABLE, waiting.end().getCode());

    Answers<ExecuteRequest> late = api.execute(api.action("late"));
    assertEquals(Status.Code.UNAVAILABLE, late.refusal().getStatus().getCode());
  }
}
