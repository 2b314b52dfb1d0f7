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
import build.please.proto.execution.Platform;
import com.google.longrunning.Operation;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Actions that no worker begins in time. */
final class QueueTimeoutTest {
  private static final Duration TIMEOUT = Duration.ofMinutes(5);
  private static final ExecuteRequest REQUEST =
      ApiServer.request(Digest.of(ByteString.copyFromUtf8("a"))).build();
  private static final String NAME = REQUEST.getActionDigest().getHash();
  private static final Asked LINUX =
      new Asked(
          REQUEST,
          Platform.newBuilder()
              .addProperties(Platform.Property.newBuilder().setName("os").setValue("linux"))
              .addProperties(Platform.Property.newBuilder().setName("cpu").setValue("arm"))
              .build(),
          "arm");

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 7);
  private final HearingWatcher watcher = new HearingWatcher();
  private final Operations operations = operations(Retention.DEFAULT.withQueueTimeout(TIMEOUT));

  private Operations operations(Retention retention) {
    return new Operations(
        retention, Clock.systemUTC(), nanos::get, () -> "r", timer, MettleMeters.unseen().api());
  }

  @AfterEach
  void stop() {
    operations.close();
    timer.shutdown();
  }

  private void apply(ExecuteMessage message, Operation operation) throws Exception {
    operations.apply(News.parse(new ResponseMessage(operation, "w", message.queuedAt())));
  }

  private com.google.rpc.Status ending() throws Exception {
    return watcher
        .heard
        .get(watcher.heard.size() - 1)
        .getResponse()
        .unpack(ExecuteResponse.class)
        .getStatus();
  }

  @Test
  void waitsTooLong_endsByName_andNoWorkerShallBeginIt() throws Exception {
    operations.join(LINUX, watcher);
    nanos.addAndGet(TIMEOUT.toNanos() - 1);
    assertEquals(List.of(), operations.endOverdue());
    assertEquals(0, watcher.ends());
    nanos.addAndGet(1);
    List<Ended> ended = operations.endOverdue();
    assertEquals(NAME, ended.get(0).message().operation());
    assertEquals(1, watcher.ends());
    assertEquals(ended.get(0).why(), ending());
    assertEquals(Code.FAILED_PRECONDITION_VALUE, ending().getCode());
    assertEquals(0, ending().getDetailsCount());
    assertEquals(
        "no worker of pool arm with os=linux, cpu=arm took the action, which waited in the queue for "
            + "300 s (--queue_timeout)",
        ending().getMessage());
    assertTrue(operations.known().isCancelled(NAME));
    assertEquals(List.of(), operations.endOverdue());
  }

  @Test
  void otherReplicasRun_endsAsWell() throws Exception {
    ExecuteMessage message = new ExecuteMessage(REQUEST, Clock.systemUTC().instant(), "");
    apply(message, ExecuteOperation.queued(message));
    operations.watch(NAME, watcher);
    nanos.addAndGet(TIMEOUT.toNanos());
    assertEquals(1, operations.endOverdue().size());
    assertEquals(
        "no worker took the action, which waited in the queue for 300 s (--queue_timeout)",
        ending().getMessage());
  }

  @Test
  void runThatAWorkerBegan_hasAllTheTime() throws Exception {
    ExecuteMessage message = operations.join(LINUX, watcher).orElseThrow();
    apply(message, ExecuteOperation.executing(message, ApiServer.worker("w")));
    nanos.addAndGet(TIMEOUT.toNanos());
    assertEquals(List.of(), operations.endOverdue());
    assertEquals(0, watcher.ends());
  }

  @Test
  void askedForAgain_itWaitsAnew() {
    operations.join(LINUX, watcher);
    nanos.addAndGet(TIMEOUT.toNanos());
    operations.endOverdue();
    HearingWatcher again = new HearingWatcher();
    assertTrue(operations.join(LINUX, again).isPresent());
    assertFalse(operations.known().isCancelled(NAME));
    nanos.addAndGet(TIMEOUT.toNanos() - 1);
    operations.endOverdue();
    assertEquals(0, again.ends());
  }

  @Test
  void without_itWaitsForEver() {
    try (Operations patient = operations(Retention.DEFAULT)) {
      patient.join(LINUX, watcher);
      nanos.addAndGet(Duration.ofDays(30).toNanos());
      assertEquals(List.of(), patient.endOverdue());
      assertEquals(0, watcher.ends());
    }
  }
}
