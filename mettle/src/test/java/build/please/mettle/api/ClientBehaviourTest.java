// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static build.please.proto.execution.ExecutionStage.Value.EXECUTING;
import static build.please.proto.execution.ExecutionStage.Value.QUEUED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.MemoryQueue;
import build.please.proto.execution.ExecuteRequest;
import io.grpc.Context;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What one client does or leaves undone is no other client's business (EXE-41). */
@Timeout(60)
final class ClientBehaviourTest {
  @Test
  void execute_oneClientNeverReads_othersAreServed() throws IOException {
    try (ApiServer api = new ApiServer()) {
      Digest action = api.action("shared");
      Answers<ExecuteRequest> silent =
          api.execute(ApiServer.request(action).build(), Answers.unread());
      ExecuteMessage message = api.takeRequest();
      Answers<ExecuteRequest> reading = api.execute(action);
      reading.next(QUEUED);
      api.respondExecuting(message);
      reading.next(EXECUTING);
      api.respondCompleted(message, 1);
      reading.last();

      assertTrue(silent.isQuiet());
      silent.readOn();
      assertEquals(1, silent.last().getResult().getExitCode(), "only the end had waited");
    }
  }

  @Test
  void execute_someClientsLeave_othersHearTheEnd() throws IOException {
    try (ApiServer api = new ApiServer()) {
      Digest action = api.action("shared");
      List<Answers<ExecuteRequest>> clients =
          Stream.generate(() -> api.execute(action)).limit(100).toList();
      clients.forEach(client -> client.next(QUEUED));
      clients.subList(0, 99).forEach(Answers::cancel);
      ExecuteMessage message = api.takeRequest();
      api.respondCompleted(message, 2);
      assertEquals(2, clients.get(99).last().getResult().getExitCode());
    }
  }

  @Test
  void execute_allClientsLeave_theRunGoesOnAndNoneIsRemembered() throws IOException {
    try (ApiServer api = new ApiServer()) {
      Digest action = api.action("abandoned");
      List<Answers<ExecuteRequest>> clients =
          Stream.generate(() -> api.execute(action)).limit(1_000).toList();
      clients.forEach(client -> client.next(QUEUED));
      clients.forEach(Answers::cancel);
      ExecuteMessage message = api.takeRequest();
      api.respondCompleted(message, 3);
      Deadline.await(
          () -> api.waitExecution(action.hash()).next().getDone(), "the end was heard of");
      assertEquals(3, api.waitExecution(action.hash()).last().getResult().getExitCode());
    }
  }

  @Test
  void execute_clientLeavesARunWithoutEnd_isNotRememberedForEver() throws IOException {
    try (ApiServer api = new ApiServer()) {
      Answers<ExecuteRequest> client = api.execute(api.action("lost"));
      client.next(QUEUED);
      api.nanos.addAndGet(Duration.ofHours(7).toNanos());
      api.operations.forgetOverdue();
      assertEquals(1, api.operations.known().size(), "somebody is watching");

      client.cancel();
      Deadline.await(
          () -> {
            api.nanos.addAndGet(Duration.ofHours(7).toNanos());
            api.operations.forgetOverdue();
            return api.operations.known().size() == 0;
          },
          "nobody is watching");
    }
  }

  @Test
  void execute_clientLeavesBeforeItsActionWasRead_nothingIsRun() throws Exception {
    ApiServer api = new ApiServer();
    try (api) {
      CountDownLatch reading = new CountDownLatch(1);
      api.check =
          (action, command) -> {
            reading.countDown();
            Deadline.await(() -> Context.current().isCancelled(), "the client has left");
          };
      Answers<ExecuteRequest> client = api.execute(api.action("left"));
      reading.await();
      client.cancel();
      client.end();
    }
    assertEquals(0, api.operations.known().size());
  }

  @Test
  void execute_longRun_repeatsTheState() throws IOException {
    try (ApiServer api = new ApiServer(new MemoryQueue(10), Duration.ofMillis(1))) {
      Answers<ExecuteRequest> client = api.execute(api.action("long"));
      client.next(QUEUED);
      client.next(QUEUED);
      client.next(QUEUED);
      ExecuteMessage message = api.takeRequest();
      api.respondExecuting(message);
      Deadline.await(
          () -> Answers.metadata(client.next()).getStage() == EXECUTING, "the next stage comes");
      client.next(EXECUTING);
      api.respondCompleted(message, 0);
      Deadline.await(() -> client.next().getDone(), "the end comes");
      assertTrue(client.end().isOk());
    }
  }
}
