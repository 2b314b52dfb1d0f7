// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.mettle.meter.MettleMeters;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.ExecuteOperation;
import build.please.mettle.queue.ResponseMessage;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import com.google.longrunning.Operation;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who waits for an operation, and who asked for its end. */
final class DemandTest {
  private static final ExecuteRequest REQUEST =
      ApiServer.request(Digest.of(ByteString.copyFromUtf8("a"))).build();
  private static final String NAME = REQUEST.getActionDigest().getHash();

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 7);
  private final List<ExecuteMessage> told = new ArrayList<>();
  private final HearingWatcher watcher = new HearingWatcher();
  private final Operations operations =
      new Operations(
          Retention.DEFAULT,
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

  private void assertUnwatchedFor(Duration time) {
    assertEquals(Optional.of(time), operations.known().unwatchedFor(NAME));
  }

  private void apply(ExecuteMessage message, Operation operation) throws Exception {
    operations.apply(News.parse(new ResponseMessage(operation, "w", message.queuedAt())));
  }

  private boolean cancel() {
    return operations.cancel(NAME, told::add);
  }

  private Code ending() throws Exception {
    ExecuteResponse response =
        watcher.heard.get(watcher.heard.size() - 1).getResponse().unpack(ExecuteResponse.class);
    assertTrue(response.hasResult());
    return Code.forNumber(response.getStatus().getCode());
  }

  @Test
  void demand_countsFromTheLastWhoLeft() {
    assertEquals(Optional.empty(), operations.known().unwatchedFor(NAME));
    operations.join(ApiServer.asked(REQUEST), watcher);
    HearingWatcher second = new HearingWatcher();
    operations.watch(NAME, second);
    nanos.addAndGet(5);
    assertUnwatchedFor(Duration.ZERO);
    watcher.leave();
    nanos.addAndGet(5);
    assertUnwatchedFor(Duration.ZERO);
    second.leave();
    assertUnwatchedFor(Duration.ZERO);
    nanos.addAndGet(5);
    assertUnwatchedFor(Duration.ofNanos(5));
    second.leave();
    assertUnwatchedFor(Duration.ofNanos(5));
    operations.watch(NAME, new HearingWatcher());
    assertUnwatchedFor(Duration.ZERO);
  }

  @Test
  void whatWasOnlyHeardOf_isUnwatchedSinceThen() throws Exception {
    ExecuteMessage message = new ExecuteMessage(REQUEST, Clock.systemUTC().instant(), "");
    apply(message, ExecuteOperation.queued(message));
    nanos.addAndGet(7);
    assertUnwatchedFor(Duration.ofNanos(7));
  }

  @Test
  void cancelled_whileQueued_endsForItsWatchers_andStaysCancelledForItsWorker() throws Exception {
    ExecuteMessage message = operations.join(ApiServer.asked(REQUEST), watcher).orElseThrow();
    assertFalse(operations.known().isCancelled(NAME));
    assertTrue(cancel());
    assertEquals(1, watcher.ends());
    assertEquals(Code.CANCELLED, ending());
    assertTrue(operations.known().isCancelled(NAME));
    apply(message, ExecuteOperation.executing(message, ApiServer.worker("w")));
    assertEquals(1, watcher.ends());
    assertTrue(cancel());
    assertEquals(List.of(NAME), told.stream().map(ExecuteMessage::operation).toList());
  }

  @Test
  void cancelled_whileItRuns_endsWithItsWorkersWord() throws Exception {
    ExecuteMessage message = operations.join(ApiServer.asked(REQUEST), watcher).orElseThrow();
    apply(message, ExecuteOperation.executing(message, ApiServer.worker("w")));
    assertTrue(cancel());
    assertEquals(0, watcher.ends());
    assertTrue(operations.known().isCancelled(NAME));
    apply(message, ExecuteOperation.completed(message, ApiServer.response(0)));
    assertEquals(Code.OK, ending());
    assertTrue(cancel());
    assertEquals(List.of(), told);
  }

  @Test
  void newRun_isNotCancelledWithTheOldOne() {
    operations.join(ApiServer.asked(REQUEST), watcher);
    cancel();
    assertTrue(operations.join(ApiServer.asked(REQUEST), watcher).isPresent());
    assertFalse(operations.known().isCancelled(NAME));
  }

  @Test
  void unknownOrFinished_isNotCancelled() throws Exception {
    assertFalse(cancel());
    assertFalse(operations.known().isCancelled(NAME));
    ExecuteMessage message = operations.join(ApiServer.asked(REQUEST), watcher).orElseThrow();
    apply(message, ExecuteOperation.completed(message, ApiServer.response(0)));
    assertTrue(cancel());
    assertFalse(operations.known().isCancelled(NAME));
    assertEquals(Code.OK, ending());
  }
}
