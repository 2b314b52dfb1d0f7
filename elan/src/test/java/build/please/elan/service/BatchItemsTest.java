// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.rpc.FanOut;
import build.please.common.rpc.Threads;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BatchItemsTest {
  private static final List<Integer> ITEMS = IntStream.range(0, 100).boxed().toList();
  private static final long QUICK = 5_000;
  private static final long SLOW = 20_000_000;

  private final ExecutorService pool = Threads.pool("pieces", 4);
  private final AtomicLong nanos = new AtomicLong();
  private final BatchItems batch = new BatchItems(new FanOut(pool), nanos::get);

  @AfterEach
  void close() {
    assertEquals(Threads.Drained.ALL, Threads.close(pool, Duration.ofSeconds(10)));
  }

  private List<Thread> threads(long each) throws IOException {
    return batch.map(
        ITEMS,
        item -> {
          nanos.addAndGet(each);
          return Thread.currentThread();
        });
  }

  @Test
  void resultsAreInOrder() throws IOException {
    List<Integer> doubled = ITEMS.stream().map(i -> i * 2).toList();
    for (long each : new long[] {QUICK, SLOW, QUICK}) {
      assertEquals(
          doubled,
          batch.map(
              ITEMS,
              item -> {
                nanos.addAndGet(each);
                return item * 2;
              }));
    }
  }

  @Test
  void quickOnes_areDoneByTheCaller() throws IOException {
    assertTrue(threads(QUICK).stream().allMatch(Thread.currentThread()::equals));
  }

  @Test
  void slowOnes_areDoneByOthers_fromTheFirstSlowOneOn() throws IOException {
    assertEquals(1, threads(SLOW).stream().filter(Thread.currentThread()::equals).count());
    assertNotEquals(Thread.currentThread(), threads(SLOW).get(0));
  }

  @Test
  void onceTheyAreQuickAgain_theCallerDoesThem() throws IOException {
    threads(SLOW);
    threads(QUICK);

    assertEquals(Thread.currentThread(), threads(QUICK).get(0));
  }

  @Test
  void steps_goOnForAsLongAsTheyAreQuick() throws IOException {
    List<Integer> seen = new ArrayList<>();
    assertEquals(ITEMS.size(), batch.steps(ITEMS, seen::addAll));
    assertEquals(ITEMS, seen);

    int done = batch.steps(ITEMS, some -> nanos.addAndGet(SLOW * some.size()));

    assertTrue(done > 0 && done < ITEMS.size(), () -> "" + done);
    assertEquals(0, batch.steps(ITEMS, seen::addAll));
  }

  @Test
  void failure_isThrown() {
    IOException planted = new IOException("planted");
    assertEquals(
        planted,
        assertThrows(
            IOException.class,
            () ->
                batch.map(
                    ITEMS,
                    item -> {
                      throw planted;
                    })));
  }
}
