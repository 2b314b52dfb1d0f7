// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import build.please.common.cas.Digest;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.ExecuteOperation;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.WaitExecutionRequest;
import com.google.rpc.Code;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Another API server said that it requests a run, and then nobody says anything any more. */
@Timeout(60)
final class UnheardRunTest {
  private static final Duration UNHEARD = Retention.DEFAULT.unheard();

  private ApiServer api;
  private Digest action;
  private ExecuteMessage announced;

  @BeforeEach
  void hear() throws IOException {
    api = new ApiServer();
    action = api.action("a");
    announced =
        new ExecuteMessage(
            ApiServer.request(action).build(), Instant.parse("2026-11-30T12:00:00Z"), "");
    announce();
  }

  @AfterEach
  void stop() throws IOException {
    api.close();
  }

  private void announce() throws IOException {
    api.respond(announced, ExecuteOperation.queued(announced));
    awaitHeard();
  }

  /** What was published before has been heard, as there is one who listens. */
  private void awaitHeard() throws IOException {
    ExecuteMessage other =
        new ExecuteMessage(
            ApiServer.request(api.action("other " + api.operations.known().size())).build(),
            Instant.now(),
            "");
    api.respondCompleted(other, 0);
    Deadline.await(
        () -> api.operations.known().find(other.operation()).isPresent(), "the other's news");
  }

  private void pass(Duration time) {
    api.nanos.addAndGet(time.toNanos());
    api.sweep.sweep();
  }

  private Answers<ExecuteRequest> join() throws IOException {
    ExecuteRequest.Builder request = ApiServer.request(action);
    request.getExecutionPolicyBuilder().setPriority(7);
    Answers<ExecuteRequest> client = api.execute(request.build());
    client.next();
    return client;
  }

  /** The next request is that of an action that is asked for now. */
  private void expectNoRequest() throws IOException {
    Digest marker = api.action("marker");
    api.execute(marker).next();
    assertEquals(marker.hash(), api.takeRequest().operation());
  }

  @Test
  void whoJoinedIt_hasItRequested_once() throws Exception {
    Answers<ExecuteRequest> client = join();
    pass(UNHEARD.minusNanos(1));
    pass(Duration.ofNanos(1));
    ExecuteMessage requested = api.takeRequest();
    assertEquals(action.hash(), requested.operation());
    assertEquals(announced.queuedAt(), requested.queuedAt());
    assertEquals(7, requested.request().getExecutionPolicy().getPriority());
    pass(UNHEARD.multipliedBy(2));
    expectNoRequest();
    api.respondCompleted(requested, 0);
    assertEquals(0, client.last().getResult().getExitCode());
  }

  @Test
  void whoWaitsForItByName_hasItRequested() throws Exception {
    Answers<WaitExecutionRequest> client = api.waitExecution(action.hash());
    client.next();
    pass(UNHEARD);
    ExecuteMessage requested = api.takeRequest();
    assertEquals(action.toProto(), requested.request().getActionDigest());
    api.respondCompleted(requested, 3);
    assertEquals(3, client.last().getResult().getExitCode());
  }

  @Test
  void news_evenIfTheyAreOld_giveItMoreTime() throws Exception {
    join();
    api.nanos.addAndGet(UNHEARD.toNanos() - 1);
    announce();
    pass(UNHEARD.minusNanos(1));
    expectNoRequest();
    pass(Duration.ofNanos(1));
    assertEquals(action.hash(), api.takeRequest().operation());
  }

  @Test
  void runThatWorkersTellOf_isNotRequested() throws Exception {
    join();
    api.respondExecuting(announced);
    awaitHeard();
    pass(UNHEARD);
    expectNoRequest();
  }

  @Test
  void nobodyWaits_nothingIsRequested_untilSomebodyDoes() throws Exception {
    pass(UNHEARD);
    expectNoRequest();
    join();
    pass(UNHEARD);
    assertEquals(action.hash(), api.takeRequest().operation());
  }

  @Test
  void ownRun_isNotRequestedAgain() throws Exception {
    Digest own = api.action("own");
    api.execute(own).next();
    assertEquals(own.hash(), api.takeRequest().operation());
    pass(UNHEARD);
    expectNoRequest();
  }

  @Test
  void actionThatCannotBeRead_endsForWhoWaits() throws Exception {
    Answers<ExecuteRequest> client = join();
    api.check =
        (action, command) -> {
          throw Status.UNAVAILABLE.withDescription("the store is away").asRuntimeException();
        };
    pass(UNHEARD);
    assertEquals(Code.UNAVAILABLE_VALUE, client.last().getStatus().getCode());
  }
}
