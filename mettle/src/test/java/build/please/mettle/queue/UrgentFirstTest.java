// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class UrgentFirstTest {
  private static final int TAKERS = 4;

  private final ExecutorService takers = Executors.newFixedThreadPool(TAKERS);
  private final MemoryQueue urgent = new MemoryQueue(1_000);
  private final MemoryQueue batch = new MemoryQueue(1_000);
  private long now;
  private final UrgentFirst both =
      new UrgentFirst(urgent.subscribe(), batch.subscribe(), Duration.ZERO, () -> now);

  @AfterEach
  void close() throws IOException {
    both.close();
    takers.shutdown();
  }

  private void publish(MemoryQueue queue, String text, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      queue.publish(QueueContract.message(text, ""));
    }
  }

  private String take(int count) throws IOException {
    StringBuilder taken = new StringBuilder();
    for (int i = 0; i < count; i++) {
      taken.append(QueueContract.text(QueueContract.takeAndAck(both)));
    }
    return taken.toString();
  }

  @Test
  void both_urgentGoesFirst_andBatchHasItsShare() throws IOException {
    publish(urgent, "u", 10);
    publish(batch, "b", 10);
    assertEquals("uuuubuuuubuubbbbbbbb", take(20));
  }

  @Test
  void urgentThatComesLater_goesBeforeBatchThatWaits() throws IOException {
    publish(batch, "b", 4);
    assertEquals("bb", take(2));
    publish(urgent, "u", 2);
    assertEquals("uubb", take(4));
  }

  @Test
  void lookForBatchInVain_isNotRepeatedForASecond() throws IOException {
    publish(urgent, "u", 20);
    assertEquals("uuuuu", take(5));
    publish(batch, "b", 2);
    assertEquals("uuuuu", take(5));
    now += TimeUnit.SECONDS.toNanos(1);
    assertEquals("buuuu", take(5));
    assertEquals("b", take(1));
  }

  @Test
  void batchAlone_isForEveryTaker() throws Exception {
    List<Future<Optional<Lease>>> waiting = new ArrayList<>();
    for (int i = 0; i < TAKERS; i++) {
      waiting.add(takers.submit(both::take));
    }
    publish(batch, "b", TAKERS);
    for (Future<Optional<Lease>> one : waiting) {
      assertEquals("b", QueueContract.text(one.get(10, TimeUnit.SECONDS).orElseThrow().message()));
    }
  }

  @Test
  void urgent_wakesWhoWaits() throws Exception {
    Future<Optional<Lease>> waiting = takers.submit(both::take);
    publish(urgent, "u", 1);
    assertEquals(
        "u", QueueContract.text(waiting.get(10, TimeUnit.SECONDS).orElseThrow().message()));
  }

  @Test
  void returned_comesBack_inItsOwnQueue() throws IOException {
    publish(batch, "b", 1);
    both.take().orElseThrow().close();
    publish(urgent, "u", 1);
    assertEquals("ub", take(2));
  }

  @Test
  void close_wakesWhoWaits() throws Exception {
    Future<Optional<Lease>> waiting = takers.submit(both::take);
    both.close();
    assertTrue(waiting.get(10, TimeUnit.SECONDS).isEmpty());
    assertTrue(both.take().isEmpty());
  }
}
