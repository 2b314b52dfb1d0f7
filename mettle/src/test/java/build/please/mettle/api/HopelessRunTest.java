// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.elan.ScrapedPage;
import build.please.metrics.Metrics;
import build.please.mettle.meter.ApiMeters;
import build.please.mettle.meter.MettleMeters;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.ExecuteOperation;
import build.please.mettle.queue.GivenUp;
import build.please.mettle.queue.ResponseMessage;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutedActionMetadata;
import build.please.proto.fleet.Attempts;
import com.google.longrunning.Operation;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Code;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Runs that end their workers, as API servers see them: by what workers say (fault 111). */
final class HopelessRunTest {
  private static final int ATTEMPTS = 2;
  private static final Digest ACTION = Digest.of(ByteString.copyFromUtf8("action"));

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Metrics metrics = Metrics.withoutHttp();
  private final ApiMeters meters = MettleMeters.ofApi(metrics);
  private final Operations operations =
      new Operations(
          Retention.DEFAULT.withMaxAttempts(ATTEMPTS),
          Clock.systemUTC(),
          System::nanoTime,
          () -> "run",
          timer,
          meters);
  private final HearingWatcher watcher = new HearingWatcher();

  @AfterEach
  void stop() throws IOException {
    operations.close();
    timer.shutdown();
    metrics.close();
  }

  private ExecuteMessage join() {
    return operations
        .join(ApiServer.asked(ApiServer.request(ACTION).build()), watcher)
        .orElseThrow();
  }

  private static ExecutedActionMetadata run(String worker, long second) {
    ExecutedActionMetadata.Builder run = ExecutedActionMetadata.newBuilder().setWorker(worker);
    run.getWorkerStartTimestampBuilder().setSeconds(second);
    return run.build();
  }

  private void hear(ExecuteMessage message, Operation operation) throws MalformedException {
    operations.apply(News.parse(new ResponseMessage(operation, "w", message.queuedAt())));
  }

  private void begins(ExecuteMessage message, String worker, long second)
      throws MalformedException {
    hear(message, ExecuteOperation.executing(message, run(worker, second)));
  }

  private Operation last() {
    return watcher.heard.get(watcher.heard.size() - 1);
  }

  private ExecuteResponse response() throws InvalidProtocolBufferException {
    return last().getResponse().unpack(ExecuteResponse.class);
  }

  @Test
  void oneMoreBegins_thanMayVanish_endsTheRunByName() throws Exception {
    ExecuteMessage message = join();
    begins(message, "one", 1);
    begins(message, "two", 2);
    assertFalse(last().getDone());
    begins(message, "one", 3);
    assertTrue(last().getDone());
    assertEquals(Code.FAILED_PRECONDITION_VALUE, response().getStatus().getCode());
    assertEquals(0, response().getStatus().getDetailsCount());
    assertTrue(response().getStatus().getMessage().contains("(one, two)"));
    assertTrue(response().hasResult());
    assertEquals(ACTION.hash(), last().getName());

    hear(message, ExecuteOperation.completed(message, ApiServer.response(0)));
    assertEquals(Code.FAILED_PRECONDITION_VALUE, response().getStatus().getCode(), "told once");
  }

  @Test
  void runThatIsBegunAgain_isCounted_unlessItWasHandedBack() throws Exception {
    meters.watchQueue(Set.of(""), pool -> 0, pool -> 0);
    ExecuteMessage message = join();
    begins(message, "one", 1);
    assertEquals(0, attempts());
    begins(message, "two", 1);
    begins(message, "two", 1);
    assertEquals(1, attempts());
    hear(message, ExecuteOperation.handedBack(message, run("two", 1)));
    hear(message, ExecuteOperation.handedBack(message, run("one", 1)));
    begins(message, "three", 1);
    assertEquals(1, attempts());
  }

  private double attempts() {
    return new ScrapedPage(metrics.scrape()).value("mettle_attempts_total", "pool", "");
  }

  @Test
  void watchers_hearWhoHasIt_whenAnotherWorkerBegins_andNoLateNewsOfTheFirst() throws Exception {
    ExecuteMessage message = join();
    begins(message, "one", 1);
    begins(message, "two", 2);
    begins(message, "one", 1);
    assertEquals("two", worker(last()));
    assertEquals(3, watcher.heard.size());
  }

  private static String worker(Operation operation) throws InvalidProtocolBufferException {
    return ExecuteOperation.metadata(operation).getPartialExecutionMetadata().getWorker();
  }

  /** Their leases could not be extended, so that others got the request as well (fault 110). */
  @Test
  void runsThatWorkersStillHaveInHand_areNotCounted_untilTheyVanish() throws Exception {
    AtomicInteger inHand = new AtomicInteger();
    operations.known().watchHands(name -> inHand.get());
    ExecuteMessage message = join();
    for (String worker : List.of("one", "two", "three", "four")) {
      inHand.incrementAndGet();
      begins(message, worker, inHand.get());
    }
    assertFalse(last().getDone());
    assertEquals(List.of(), vanished());
    inHand.set(2);
    assertEquals(List.of("one", "two"), vanished());
    begins(message, "five", 5);
    assertTrue(last().getDone());
  }

  private List<String> vanished() throws Exception {
    Operation operation = operations.known().find(ACTION.hash()).orElseThrow();
    return ExecuteOperation.metadata(operation)
        .getPartialExecutionMetadata()
        .getAuxiliaryMetadata(0)
        .unpack(Attempts.class)
        .getWorkersList();
  }

  @Test
  void repeatedNewsOfARun_isNoOtherRun() throws Exception {
    ExecuteMessage message = join();
    for (int i = 0; i < 10; i++) {
      begins(message, "one", 1);
    }
    assertFalse(last().getDone());
  }

  @Test
  void sendersThatDoNotTellRunsApart_areNotCounted() throws Exception {
    ExecuteMessage message = join();
    for (int i = 0; i < 10; i++) {
      hear(message, ExecuteOperation.executing(message, ApiServer.worker("go-" + i)));
    }
    assertFalse(last().getDone());
  }

  @Test
  void runsThatWereHandedBack_areNotCounted() throws Exception {
    ExecuteMessage message = join();
    for (int i = 0; i < 10; i++) {
      begins(message, "one", i + 1);
      hear(message, ExecuteOperation.handedBack(message, run("one", i + 1)));
    }
    assertFalse(last().getDone());
  }

  @Test
  void newRequest_isCountedAnew() throws Exception {
    ExecuteMessage first = join();
    begins(first, "one", 1);
    begins(first, "two", 2);
    begins(first, "three", 3);
    assertTrue(last().getDone());
    HearingWatcher again = new HearingWatcher();
    ExecuteMessage second =
        operations.join(ApiServer.asked(ApiServer.request(ACTION).build()), again).orElseThrow();
    begins(second, "one", 4);
    begins(second, "two", 5);
    begins(first, "late", 6);
    assertFalse(again.heard.get(again.heard.size() - 1).getDone());
  }

  @Test
  void otherReplicas_thatNobodyAskedForIt_seeTheSame() throws Exception {
    ExecuteMessage message =
        new ExecuteMessage(ApiServer.request(ACTION).build(), Clock.systemUTC().instant(), "");
    begins(message, "one", 1);
    begins(message, "two", 2);
    begins(message, "three", 3);
    assertTrue(operations.watch(ACTION.hash(), watcher));
    assertEquals(Code.FAILED_PRECONDITION_VALUE, response().getStatus().getCode());
  }

  @Test
  void requestGivenUpByTheQueue_endsItsRun_butNotOneThatHasEnded() throws Exception {
    ExecuteMessage message = join();
    assertTrue(operations.end(message, GivenUp.deadLetter()));
    assertEquals(Code.FAILED_PRECONDITION_VALUE, response().getStatus().getCode());
    assertFalse(operations.end(message, GivenUp.deadLetter()));
  }
}
