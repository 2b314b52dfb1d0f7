// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static build.please.proto.execution.ExecutionStage.Value.EXECUTING;
import static build.please.proto.execution.ExecutionStage.Value.QUEUED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.ActionCache;
import build.please.common.cas.Digest;
import build.please.mettle.queue.ExecuteMessage;
import build.please.proto.execution.Action;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.Command;
import build.please.proto.execution.ExecuteRequest;
import com.google.longrunning.Operation;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which requests share a run (EXE-19, EXE-22, EXE-23). */
@Timeout(60)
final class ExecuteJoinTest {
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
  void execute_aThousandTimesAtOnce_runsOnceAndAnswersAll() throws IOException {
    Digest action = api.action("same");
    List<Answers<ExecuteRequest>> clients =
        Stream.generate(() -> api.execute(action)).limit(1_000).toList();
    clients.forEach(client -> assertEquals(action.hash(), client.next(QUEUED).getName()));
    api.respondCompleted(api.takeRequest(), 7);
    clients.forEach(client -> assertEquals(7, client.last().getResult().getExitCode()));
    assertNoRequestIsLeft();
  }

  @Test
  void execute_runIsUnderWay_firstHearsThat() throws IOException {
    Digest action = api.action("same");
    Answers<ExecuteRequest> first = api.execute(action);
    first.next(QUEUED);
    ExecuteMessage message = api.takeRequest();
    api.respondExecuting(message);
    first.next(EXECUTING);
    Answers<ExecuteRequest> second = api.execute(action);
    second.next(EXECUTING);
    api.respondCompleted(message, 0);
    first.last();
    second.last();
    assertNoRequestIsLeft();
  }

  @Test
  void execute_anotherReplicaToldOfTheRun_joinsIt() throws IOException {
    Digest action = api.action("elsewhere");
    ExecuteMessage elsewhere =
        new ExecuteMessage(ApiServer.request(action).build(), Instant.now(), "");
    api.respondExecuting(elsewhere);
    awaitKnown(action);
    Answers<ExecuteRequest> client = api.execute(action);
    client.next(EXECUTING);
    api.respondCompleted(elsewhere, 4);
    assertEquals(4, client.last().getResult().getExitCode());
    assertNoRequestIsLeft();
  }

  @Test
  void execute_doNotCache_runsApart() throws IOException {
    Digest action =
        api.store(
            Action.newBuilder().setDoNotCache(true), Command.newBuilder().addArguments("date"));
    Answers<ExecuteRequest> first = api.execute(action);
    Answers<ExecuteRequest> second = api.execute(action);
    Operation firstQueued = first.next(QUEUED);
    Operation secondQueued = second.next(QUEUED);
    assertNotEquals(firstQueued.getName(), secondQueued.getName());

    ExecuteMessage one = api.takeRequest();
    ExecuteMessage other = api.takeRequest();
    boolean swapped = one.operation().equals(secondQueued.getName());
    api.respondCompleted(swapped ? other : one, 1);
    api.respondCompleted(swapped ? one : other, 2);
    assertEquals(1, first.last().getResult().getExitCode());
    assertEquals(2, second.last().getResult().getExitCode());
  }

  @Test
  void execute_skipCacheLookup_joinsARunThatSkipsIt() throws IOException {
    ExecuteRequest request = ApiServer.request(api.action("skip")).setSkipCacheLookup(true).build();
    Answers<ExecuteRequest> first = api.execute(request);
    first.next(QUEUED);
    Answers<ExecuteRequest> second = api.execute(request);
    second.next(QUEUED);
    api.respondCompleted(api.takeRequest(), 0);
    first.last();
    second.last();
    assertNoRequestIsLeft();
  }

  @Test
  void execute_skipCacheLookup_joinsARunThatIsUnderWay() throws IOException {
    Digest action = api.action("skip");
    Answers<ExecuteRequest> first = api.execute(action);
    first.next(QUEUED);
    ExecuteMessage message = api.takeRequest();
    api.respondExecuting(message);
    first.next(EXECUTING);
    Answers<ExecuteRequest> second =
        api.execute(ApiServer.request(action).setSkipCacheLookup(true).build());
    second.next(EXECUTING);
    api.respondCompleted(message, 0);
    first.last();
    second.last();
    assertNoRequestIsLeft();
  }

  @Test
  void execute_skipCacheLookupWhileARunMayYetHitTheCache_runsAnew() throws IOException {
    Digest action = api.action("skip");
    Answers<ExecuteRequest> first = api.execute(action);
    first.next(QUEUED);
    ExecuteMessage mayHit = api.takeRequest();
    Answers<ExecuteRequest> second =
        api.execute(ApiServer.request(action).setSkipCacheLookup(true).build());
    second.next(QUEUED);
    ExecuteMessage skips = api.takeRequest();
    assertTrue(skips.request().getSkipCacheLookup());
    first.next(QUEUED);

    api.respondCompleted(mayHit, 1);
    api.respondCompleted(skips, 2);
    assertEquals(2, second.last().getResult().getExitCode());
    assertEquals(2, first.last().getResult().getExitCode());
  }

  @Test
  void execute_resultIsStored_answersWithoutARun() throws IOException {
    Digest action = api.action("cached");
    api.results.put(
        action,
        ActionResult.newBuilder().setStdoutRaw(Digest.EMPTY.toProto().getHashBytes()).build(),
        ActionCache.Replace.ALWAYS);
    var response = api.execute(action).last();
    assertTrue(response.getCachedResult());
    assertEquals(Digest.EMPTY.toProto().getHashBytes(), response.getResult().getStdoutRaw());
    assertNoRequestIsLeft();
  }

  @Test
  void execute_skipCacheLookupAndResultIsStored_runs() throws IOException {
    Digest action = api.action("cached");
    api.results.put(action, ActionResult.getDefaultInstance(), ActionCache.Replace.ALWAYS);
    api.execute(ApiServer.request(action).setSkipCacheLookup(true).build()).next(QUEUED);
    api.takeRequest();
  }

  @Test
  void execute_doNotCacheAndResultIsStored_runs() throws IOException {
    Digest action =
        api.store(Action.newBuilder().setDoNotCache(true), Command.newBuilder().addArguments("x"));
    api.results.put(action, ActionResult.getDefaultInstance(), ActionCache.Replace.ALWAYS);
    api.execute(action).next(QUEUED);
    api.takeRequest();
  }

  /** Requests something else and sees that it is the next. */
  private void assertNoRequestIsLeft() throws IOException {
    Digest other = api.action("the next");
    api.execute(other).next(QUEUED);
    assertEquals(other.hash(), api.takeRequest().operation());
  }

  private void awaitKnown(Digest action) {
    Deadline.await(() -> api.operations.known().size() > 0, "the response was heard of " + action);
  }
}
