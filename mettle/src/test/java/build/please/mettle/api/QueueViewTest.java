// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.mettle.meter.MettleMeters;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.ExecuteOperation;
import build.please.mettle.queue.ResponseMessage;
import build.please.proto.control.Progress;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecutedActionMetadata;
import build.please.proto.execution.Platform;
import com.google.longrunning.Operation;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What waiting clients and operators are told of the queue. */
final class QueueViewTest {
  private static final Instant START = Instant.parse("2026-11-30T12:00:00Z");

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 7);
  private long passed;
  private final Clock clock =
      new Clock() {
        @Override
        public Instant instant() {
          return START.plusNanos(passed);
        }

        @Override
        public java.time.ZoneId getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
          return this;
        }
      };
  private final Operations operations =
      new Operations(
          Retention.DEFAULT, clock, nanos::get, () -> "r", timer, MettleMeters.unseen().api());
  private final QueueView queue = operations.known().queue();

  @AfterEach
  void stop() {
    operations.close();
    timer.shutdown();
  }

  private void pass(Duration time) {
    passed += time.toNanos();
    nanos.addAndGet(time.toNanos());
  }

  private ExecuteMessage join(String action) {
    return operations
        .join(
            ApiServer.asked(ApiServer.request(Digest.of(ByteString.copyFromUtf8(action))).build()),
            new HearingWatcher())
        .orElseThrow();
  }

  private void apply(ExecuteMessage message, Operation operation) throws Exception {
    operations.apply(News.parse(new ResponseMessage(operation, "w", message.queuedAt())));
  }

  private Progress explained(Operation operation) throws Exception {
    ExecutedActionMetadata partial =
        ExecuteOperation.metadata(queue.explain(queue.explain(operation)))
            .getPartialExecutionMetadata();
    assertEquals(1, partial.getAuxiliaryMetadataCount());
    return partial.getAuxiliaryMetadata(0).unpack(Progress.class);
  }

  @Test
  void queued_hasPlaceAndAge() throws Exception {
    join("first");
    pass(Duration.ofSeconds(10));
    ExecuteMessage second = join("second");
    pass(Duration.ofSeconds(10));
    join("third");
    pass(Duration.ofSeconds(10));
    Progress progress = explained(ExecuteOperation.queued(second));
    assertEquals(20, progress.getAge().getSeconds());
    assertEquals(2, progress.getPlace());
    assertEquals(3, progress.getWaiting());
    assertFalse(progress.hasRunning());
  }

  private ExecuteMessage join(String action, String pool, int priority) {
    ExecuteRequest.Builder request = ApiServer.request(Digest.of(ByteString.copyFromUtf8(action)));
    request.getExecutionPolicyBuilder().setPriority(priority);
    Asked asked = new Asked(request.build(), Platform.getDefaultInstance(), pool);
    return operations.join(asked, new HearingWatcher()).orElseThrow();
  }

  @Test
  void place_isThatInThePool_andBatchIsBehind() throws Exception {
    pass(Duration.ofSeconds(1));
    ExecuteMessage batch = join("a", "linux", 1);
    pass(Duration.ofSeconds(1));
    ExecuteMessage first = join("b", "linux", 0);
    pass(Duration.ofSeconds(1));
    ExecuteMessage second = join("c", "linux", -1);
    pass(Duration.ofSeconds(1));
    join("d", "mac", 0);
    pass(Duration.ofSeconds(1));
    assertEquals(List.of(1L, 2L, 3L), places(first, second, batch));
    Progress progress = explained(ExecuteOperation.queued(batch));
    assertEquals(3, progress.getWaiting());
    assertEquals("linux", progress.getPool());
    assertTrue(progress.getBatch());
    assertEquals(List.of(3L, 1L, 0L), List.of(depth("linux"), depth("mac"), depth("")));
    assertEquals(4, queue.oldestSeconds("linux"));
    assertEquals(1, queue.oldestSeconds("mac"));
  }

  private long depth(String pool) {
    return queue.depth(pool);
  }

  private List<Long> places(ExecuteMessage... messages) throws Exception {
    List<Long> places = new ArrayList<>();
    for (ExecuteMessage message : messages) {
      places.add(explained(ExecuteOperation.queued(message)).getPlace());
    }
    return places;
  }

  @Test
  void poolOfAnotherServersRun_isThatWhichItSaid() throws Exception {
    ExecuteRequest request =
        ApiServer.request(Digest.of(ByteString.copyFromUtf8("foreign"))).build();
    ExecuteMessage message = new ExecuteMessage(request, START, "", "", "linux");
    apply(message, ExecuteOperation.queued(message));
    assertEquals(1, queue.depth("linux"));
  }

  @Test
  void running_hasItsTime_andNoPlace() throws Exception {
    ExecuteMessage message = join("a");
    pass(Duration.ofSeconds(10));
    ExecutedActionMetadata worker =
        ExecutedActionMetadata.newBuilder()
            .setWorker("w")
            .setWorkerStartTimestamp(Timestamp.newBuilder().setSeconds(clock.millis() / 1000))
            .addAuxiliaryMetadata(Any.pack(Timestamp.getDefaultInstance()))
            .build();
    Operation executing = ExecuteOperation.executing(message, worker);
    apply(message, executing);
    pass(Duration.ofSeconds(7));
    ExecutedActionMetadata partial =
        ExecuteOperation.metadata(queue.explain(executing)).getPartialExecutionMetadata();
    assertEquals(2, partial.getAuxiliaryMetadataCount());
    Progress progress = partial.getAuxiliaryMetadata(1).unpack(Progress.class);
    assertEquals(7, progress.getRunning().getSeconds());
    assertEquals(0, progress.getPlace());
    assertEquals("w", partial.getWorker());
  }

  @Test
  void finished_isLeftAsItIs() {
    ExecuteMessage message = join("a");
    Operation completed = ExecuteOperation.completed(message, ApiServer.response(0));
    assertSame(completed, queue.explain(completed));
  }

  @Test
  void depthAndAge_areOfThoseThatWait_andLookedAtNowAndThen() throws Exception {
    assertEquals(0, queue.depth(""));
    assertEquals(0, queue.oldestSeconds(""));
    ExecuteMessage oldest = join("oldest");
    assertEquals(0, queue.depth(""));
    pass(Duration.ofSeconds(6));
    join("other");
    assertEquals(2, queue.depth(""));
    assertEquals(6, queue.oldestSeconds(""));
    apply(oldest, ExecuteOperation.executing(oldest, ApiServer.worker("w")));
    pass(Duration.ofSeconds(6));
    assertEquals(1, queue.depth(""));
    assertEquals(6, queue.oldestSeconds(""));
  }
}
