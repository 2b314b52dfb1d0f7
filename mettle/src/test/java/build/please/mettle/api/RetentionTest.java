// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.mettle.meter.MettleMeters;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.ExecuteOperation;
import build.please.mettle.queue.ResponseMessage;
import build.please.proto.execution.ExecuteRequest;
import com.google.longrunning.Operation;
import com.google.protobuf.ByteString;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is remembered, and for how long (faults 117, 131). */
final class RetentionTest {
  private static final Duration FINISHED = Duration.ofMinutes(10);
  private static final Duration SILENT = Duration.ofHours(6);

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 7);

  private final Operations operations =
      new Operations(
          new Retention(FINISHED, 10_000, SILENT),
          Clock.systemUTC(),
          nanos::get,
          () -> "r",
          timer,
          MettleMeters.unseen().api());

  @AfterEach
  void stop() {
    operations.close();
    timer.shutdown();
  }

  @Test
  void finished_isForgottenAfterItsTime() throws Exception {
    ExecuteMessage message = join("a");
    complete(message);
    pass(FINISHED.minusNanos(1));
    assertKnown("a");
    pass(Duration.ofNanos(1));
    assertForgotten("a");
  }

  @Test
  void finished_ofOtherReplicas_isForgottenAsWell() throws Exception {
    complete(new ExecuteMessage(request("b"), Clock.systemUTC().instant(), ""));
    assertKnown("b");
    pass(FINISHED);
    assertForgotten("b");
  }

  @Test
  void finished_tooMuch_theOldestAreForgottenEarly() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      complete(join("x" + i));
    }
    pass(Duration.ZERO);
    assertTrue(operations.known().size() < 200, "still " + operations.known().size());
    assertTrue(operations.known().size() > 5, "only " + operations.known().size());
    assertForgotten("x0");
    assertKnown("x999");
  }

  @Test
  void finished_newRunWasBegun_staysWhileThatGoesOn() throws Exception {
    HearingWatcher watcher = new HearingWatcher();
    complete(join("a"));
    pass(FINISHED.dividedBy(2));
    ExecuteMessage second = operations.join(ApiServer.asked(request("a")), watcher).orElseThrow();
    pass(FINISHED);
    assertKnown("a");
    complete(second);
    assertEquals(1, watcher.ends());
    pass(FINISHED.minusNanos(1));
    assertKnown("a");
    pass(Duration.ofNanos(1));
    assertForgotten("a");
  }

  @Test
  void unfinished_watched_staysForEver() throws Exception {
    HearingWatcher watcher = new HearingWatcher();
    ExecuteMessage message = operations.join(ApiServer.asked(request("a")), watcher).orElseThrow();
    for (int i = 0; i < 10; i++) {
      pass(SILENT);
    }
    complete(message);
    assertEquals(1, watcher.ends());
  }

  @Test
  void unfinished_unwatched_isForgottenAfterLongSilence() throws Exception {
    HearingWatcher watcher = new HearingWatcher();
    ExecuteMessage message = operations.join(ApiServer.asked(request("a")), watcher).orElseThrow();
    watcher.leave();
    pass(SILENT.minusNanos(1));
    assertKnownUnfinished("a");
    apply(message, ExecuteOperation.executing(message, ApiServer.worker("w")));
    pass(SILENT.minusNanos(1));
    assertKnownUnfinished("a");
    pass(Duration.ofNanos(1));
    assertForgotten("a");
    assertEquals(0, operations.known().size());
  }

  private ExecuteMessage join(String action) {
    return operations.join(ApiServer.asked(request(action)), new HearingWatcher()).orElseThrow();
  }

  private void complete(ExecuteMessage message) throws MalformedException {
    apply(message, ExecuteOperation.completed(message, ApiServer.response(0)));
  }

  private void apply(ExecuteMessage message, Operation operation) throws MalformedException {
    operations.apply(News.parse(new ResponseMessage(operation, "w", message.queuedAt())));
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
    operations.forgetOverdue();
  }

  private void assertKnown(String action) {
    assertTrue(operations.watch(name(action), new HearingWatcher()), action);
  }

  private void assertKnownUnfinished(String action) {
    HearingWatcher watcher = new HearingWatcher();
    assertTrue(operations.watch(name(action), watcher), action);
    watcher.leave();
  }

  private void assertForgotten(String action) {
    assertFalse(operations.watch(name(action), new HearingWatcher()), action);
  }

  private static String name(String action) {
    return request(action).getActionDigest().getHash();
  }

  private static ExecuteRequest request(String action) {
    return ApiServer.request(Digest.of(ByteString.copyFromUtf8(action))).build();
  }
}
