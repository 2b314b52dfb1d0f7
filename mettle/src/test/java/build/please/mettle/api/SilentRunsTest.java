// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.ActionCache.Replace;
import build.please.common.cas.Digest;
import build.please.common.rpc.Threads;
import build.please.mettle.meter.MettleMeters;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.ExecuteOperation;
import build.please.mettle.queue.ResponseMessage;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.ExecuteRequest;
import com.google.longrunning.Operation;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs that nothing is heard of, and what the action cache says about them. */
@Timeout(60)
@SuppressWarnings("try") // Who looks does so unasked.
final class SilentRunsTest {
  private static final Duration QUIET = Duration.ofMinutes(2);
  private static final int ALL = 100;

  private final ScheduledExecutorService timer = Threads.timer("timer");
  private final ExecutorService pool = Threads.pool("pool", 2);
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 7);
  private final MapActionCache results = new MapActionCache();
  private final Operations operations =
      new Operations(
          Retention.DEFAULT,
          Clock.systemUTC(),
          nanos::get,
          () -> "run",
          timer,
          MettleMeters.unseen().api());

  @AfterEach
  void stop() {
    operations.close();
    timer.shutdown();
    pool.shutdown();
  }

  private static Digest action(String name) {
    return Digest.of(ByteString.copyFromUtf8(name));
  }

  private static ExecuteRequest request(String name) {
    return ApiServer.request(action(name)).build();
  }

  private ExecuteMessage join(String name) {
    return operations.join(ApiServer.asked(request(name)), new HearingWatcher()).orElseThrow();
  }

  private void begins(ExecuteMessage message) throws Exception {
    Operation executing = ExecuteOperation.executing(message, ApiServer.worker("w"));
    operations.apply(News.parse(new ResponseMessage(executing, "w", message.queuedAt())));
  }

  private List<String> silent(int most) {
    return operations.known().silent(QUIET, most).stream()
        .map(run -> run.message().operation())
        .toList();
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  /** Looks every millisecond, until this is closed. */
  private SilentRuns watch() {
    return SilentRuns.watch(
        operations, results, Duration.ofMillis(2), timer, pool, MettleMeters.unseen().api());
  }

  private void store(String name, Instant queuedAt, Instant completedAt) {
    ActionResult.Builder result = ActionResult.newBuilder();
    result
        .getExecutionMetadataBuilder()
        .setQueuedTimestamp(timestamp(queuedAt))
        .setWorkerCompletedTimestamp(timestamp(completedAt));
    results.put(action(name), result.build(), Replace.ALWAYS);
  }

  private static Timestamp timestamp(Instant time) {
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano())
        .build();
  }

  private boolean isOver(String name) {
    return operations.known().find(action(name).hash()).orElseThrow().getDone();
  }

  @Test
  void run_isSilent_onceNothingWasHeardForLong_andAgainAfterAsLong() throws Exception {
    ExecuteMessage message = join("a");
    pass(QUIET.minusNanos(1));
    assertEquals(List.of(), silent(ALL));
    begins(message);
    pass(QUIET.minusNanos(1));
    begins(message);
    pass(QUIET.minusNanos(1));
    assertEquals(List.of(), silent(ALL), "heard of, though it was no news");
    pass(Duration.ofNanos(1));
    assertEquals(List.of(message.operation()), silent(ALL));
    assertEquals(List.of(), silent(ALL));
    pass(QUIET);
    assertEquals(List.of(message.operation()), silent(ALL));
  }

  @Test
  void runsThatNobodyWaitsFor_orThatNobodyStores_areNotLookedFor() {
    HearingWatcher leaving = new HearingWatcher();
    operations.join(ApiServer.asked(request("left")), leaving);
    leaving.leave();
    operations.begin(ApiServer.asked(request("not to be stored")), new HearingWatcher());
    pass(QUIET);
    assertEquals(List.of(), silent(ALL));
  }

  @Test
  void runsThatAreUnderWay_areLookedForFirst() throws Exception {
    for (int i = 0; i < 20; i++) {
      join("queued" + i);
    }
    ExecuteMessage one = join("one");
    begins(one);
    ExecuteMessage two = join("two");
    begins(two);
    pass(QUIET);
    assertEquals(
        List.of(one.operation(), two.operation()).stream().sorted().toList(),
        silent(2).stream().sorted().toList());
    assertEquals(7, silent(7).size());
  }

  @Test
  void resultOfTheRun_endsIt() {
    ExecuteMessage message = join("a");
    store("a", message.queuedAt(), Instant.EPOCH);
    pass(QUIET);
    try (SilentRuns looking = watch()) {
      Deadline.await(() -> isOver("a"), "the run ends");
    }
  }

  @Test
  void resultOfALaterRunElsewhere_endsItToo_butNoOlderOne() {
    ExecuteMessage message = join("a");
    Instant before = message.queuedAt().minusSeconds(100);
    join("b");
    store("a", before, before);
    store("b", before, Instant.now());
    pass(QUIET);
    try (SilentRuns looking = watch()) {
      Deadline.await(() -> isOver("b"), "the run ends");
    }
    assertFalse(isOver("a"), "that result was there before");
  }

  @Test
  void whoWantsANewRun_getsNoOtherResult() {
    ExecuteRequest fresh = request("a").toBuilder().setSkipCacheLookup(true).build();
    ExecuteMessage message =
        operations.join(ApiServer.asked(fresh), new HearingWatcher()).orElseThrow();
    store("a", message.queuedAt().minusSeconds(1), Instant.now());
    join("b");
    store("b", Instant.EPOCH, Instant.now());
    pass(QUIET);
    try (SilentRuns looking = watch()) {
      Deadline.await(() -> isOver("b"), "the look");
      assertFalse(isOver("a"));
      store("a", message.queuedAt(), Instant.now());
      pass(QUIET);
      Deadline.await(() -> isOver("a"), "its own result");
    }
  }

  @Test
  void cacheThatCannotBeAsked_isAskedAgain() {
    ExecuteMessage message = join("a");
    store("a", message.queuedAt(), Instant.now());
    results.broken = true;
    pass(QUIET);
    try (SilentRuns looking = watch()) {
      Deadline.await(
          () -> {
            pass(QUIET);
            return results.asked > 2;
          },
          "it was asked");
      assertFalse(isOver("a"));
      results.broken = false;
      Deadline.await(
          () -> {
            pass(QUIET);
            return isOver("a");
          },
          "the run ends");
    }
    assertTrue(isOver("a"));
  }
}
