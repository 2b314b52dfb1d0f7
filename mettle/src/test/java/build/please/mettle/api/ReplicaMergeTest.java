// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.mettle.meter.MettleMeters;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.ExecuteOperation;
import build.please.mettle.queue.ResponseMessage;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutedActionMetadata;
import build.please.proto.execution.ExecutionStage;
import com.google.longrunning.Operation;
import com.google.protobuf.ByteString;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Order, repetition and delay of responses change nothing (fault 116). */
final class ReplicaMergeTest {
  private static final Instant EARLIER = Instant.parse("2024-01-01T00:00:00Z");
  private static final Instant LATER = EARLIER.plusSeconds(1);

  private static final List<String> STAGES = List.of("QUEUED", "EXECUTING", "COMPLETED");

  /** By run, then by stage. */
  private static final Comparator<String> ORDER =
      Comparator.comparingInt(
          said -> STAGES.indexOf(said.substring(2)) + 10 * Integer.parseInt(said.substring(0, 1)));

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

  @AfterEach
  void stop() {
    timer.shutdown();
  }

  @Test
  void apply_shuffledAndDoubled_allReplicasAgreeAndNoWatcherStepsBack() throws Exception {
    List<News> all = new ArrayList<>();
    for (int action = 0; action < 200; action++) {
      for (int twice = 0; twice < 2; twice++) {
        all.addAll(run("action" + action, EARLIER, 1));
        all.addAll(run("action" + action, LATER, 2));
      }
    }
    for (int seed = 0; seed < 3; seed++) {
      Collections.shuffle(all, new Random(seed));
      try (Operations replica = operations()) {
        Map<String, HearingWatcher> watchers = new HashMap<>();
        for (News news : all) {
          replica.apply(news);
          HearingWatcher watcher = watchers.get(news.name());
          if (watcher == null) {
            watcher = new HearingWatcher();
            watchers.put(news.name(), watcher);
            assertTrue(replica.watch(news.name(), watcher));
          }
        }
        assertEquals(200, watchers.size());
        for (String name : watchers.keySet()) {
          HearingWatcher last = new HearingWatcher();
          assertTrue(replica.watch(name, last));
          assertEquals("2 COMPLETED", say(last.heard.get(0)), "seed " + seed);
        }
        for (HearingWatcher watcher : watchers.values()) {
          List<String> heard = say(watcher.heard);
          assertEquals(heard.stream().sorted(ORDER).distinct().toList(), heard);
          assertEquals(1, watcher.ends(), heard::toString);
        }
      }
    }
  }

  @Test
  void apply_olderRunEndsLate_theNewerRunGoesOn() throws Exception {
    try (Operations replica = operations()) {
      replica.apply(run("a", LATER, 2).get(0));
      HearingWatcher watcher = new HearingWatcher();
      assertTrue(replica.watch(run("a", LATER, 2).get(0).name(), watcher));
      replica.apply(run("a", EARLIER, 1).get(2));
      assertEquals(0, watcher.ends());
      replica.apply(run("a", LATER, 2).get(2));
      assertEquals(List.of("2 QUEUED", "2 COMPLETED"), say(watcher.heard));
    }
  }

  @Test
  void apply_senderDoesNotDateItsNews_countsForTheKnownRun() throws Exception {
    try (Operations replica = operations()) {
      replica.apply(run("a", LATER, 2).get(0));
      HearingWatcher watcher = new HearingWatcher();
      List<News> undated = run("a", Instant.EPOCH, 3);
      assertTrue(replica.watch(undated.get(0).name(), watcher));
      replica.apply(undated.get(1));
      replica.apply(undated.get(0));
      replica.apply(undated.get(2));
      replica.apply(undated.get(1));
      assertEquals(List.of("2 QUEUED", "3 EXECUTING", "3 COMPLETED"), say(watcher.heard));
    }
  }

  @Test
  void join_clockIsBehindAnotherReplicas_theNewRunIsStillTheNewest() throws Exception {
    Instant future = Instant.now().plusSeconds(3600);
    try (Operations replica = operations()) {
      replica.apply(run("a", future, 1).get(2));
      ExecuteMessage begun =
          replica.join(ApiServer.asked(request("a")), new HearingWatcher()).orElseThrow();
      assertTrue(begun.queuedAt().isAfter(future));
    }
  }

  private Operations operations() {
    return new Operations(
        Retention.DEFAULT,
        Clock.systemUTC(),
        System::nanoTime,
        () -> "run",
        timer,
        MettleMeters.unseen().api());
  }

  /** What is heard of one run, whose worker tells its number. */
  private static List<News> run(String action, Instant queuedAt, int number)
      throws MalformedException {
    ExecuteMessage message = new ExecuteMessage(request(action), queuedAt, "");
    ExecutedActionMetadata worker = ApiServer.worker(Integer.toString(number));
    ActionResult.Builder result = ActionResult.newBuilder().setExecutionMetadata(worker);
    Operation queued = ExecuteOperation.queued(message);
    List<News> news = new ArrayList<>();
    for (Operation operation :
        List.of(
            queued,
            ExecuteOperation.executing(message, worker),
            ExecuteOperation.completed(
                message, ExecuteResponse.newBuilder().setResult(result).build()))) {
      news.add(News.parse(new ResponseMessage(operation, "w", queuedAt)));
    }
    return news;
  }

  private static ExecuteRequest request(String action) {
    return ApiServer.request(Digest.of(ByteString.copyFromUtf8(action))).build();
  }

  private static List<String> say(List<Operation> operations) {
    return operations.stream().map(ReplicaMergeTest::say).toList();
  }

  /** The run's number and the stage. */
  private static String say(Operation operation) {
    ExecutionStage.Value stage = Answers.metadata(operation).getStage();
    ExecutedActionMetadata soFar = Answers.metadata(operation).getPartialExecutionMetadata();
    return stage == ExecutionStage.Value.QUEUED
        ? soFar.getQueuedTimestamp().getSeconds() - EARLIER.getEpochSecond() + 1 + " QUEUED"
        : soFar.getWorker() + " " + stage;
  }
}
