// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.common.rpc.Threads;
import build.please.mettle.meter.MettleMeters;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.ExecuteOperation;
import build.please.mettle.queue.ResponseMessage;
import com.google.longrunning.Operation;
import com.google.protobuf.ByteString;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Finished operations, of which a large fleet has a hundred thousand (fault 131). */
final class ManyOperationsTest {
  private static final int COUNT = 20_000;
  private static final int MOST_BYTES_EACH = 768;

  private final ScheduledExecutorService timer = Threads.timer("timer");
  private final AtomicLong nanos = new AtomicLong();
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
  }

  private void end(int number) throws Exception {
    Digest action = Digest.of(ByteString.copyFromUtf8("action " + number));
    ExecuteMessage message =
        new ExecuteMessage(ApiServer.request(action).build(), Clock.systemUTC().instant(), "");
    Operation end = ExecuteOperation.completed(message, ApiServer.response(0));
    operations.apply(News.parse(new ResponseMessage(end, "w", message.queuedAt())));
  }

  @Test
  void finished_takeLittleMemory_andAreForgottenWithoutHoldingUpOthers() throws Exception {
    long before = SimulateFleet.Heap.used();
    for (int i = 0; i < COUNT; i++) {
      end(i);
    }
    long each = (SimulateFleet.Heap.used() - before) / COUNT;
    System.out.println(String.format(Locale.ROOT, "a finished operation takes %d bytes", each));
    assertEquals(COUNT, operations.known().size());
    assertTrue(each < MOST_BYTES_EACH, each + " bytes each");

    // While one is held, all others are forgotten: no lock is around them all.
    String held = Digest.of(ByteString.copyFromUtf8("action 0")).hash();
    nanos.addAndGet(Duration.ofMinutes(11).toNanos());
    Thread sweep = new Thread(operations::forgetOverdue);
    synchronized (Objects.requireNonNull(operations.known().get(held))) {
      sweep.start();
      Deadline.await(() -> sweep.getState() == Thread.State.BLOCKED, "the sweep to come to it");
      end(COUNT);
      assertTrue(operations.known().find(hash(COUNT)).isPresent());
    }
    sweep.join();
    assertFalse(operations.known().find(held).isPresent());
    assertEquals(1, operations.known().size());
  }

  private static String hash(int number) {
    return Digest.of(ByteString.copyFromUtf8("action " + number)).hash();
  }
}
