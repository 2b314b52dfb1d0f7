// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class FanOutTest {
  private final ExecutorService pool = Threads.pool("pieces", 2);
  private final FanOut fanOut = new FanOut(pool);

  @AfterEach
  void close() {
    assertEquals(Threads.Drained.ALL, Threads.close(pool, Duration.ofSeconds(10)));
  }

  @Test
  void map_manyItems_resultsAreInOrder() throws Exception {
    List<Integer> items = IntStream.range(0, 1000).boxed().toList();
    assertEquals(items.stream().map(i -> i * 2).toList(), fanOut.map(items, i -> i * 2));
  }

  @Test
  void map_nothing_isNothing() throws Exception {
    assertEquals(List.of(), fanOut.map(List.<Integer>of(), i -> i));
  }

  @Test
  void map_severalItems_runAtOnce() throws Exception {
    CyclicBarrier both = new CyclicBarrier(2);
    fanOut.map(
        List.of(1, 2),
        i -> {
          try {
            return both.await(20, TimeUnit.SECONDS);
          } catch (Exception e) {
            throw new IOException("the other one does not run", e);
          }
        });
  }

  @Test
  void map_afterThePoolWasClosed_isAnOutage() {
    pool.shutdown();

    assertThrows(IOException.class, () -> fanOut.map(List.of(1, 2), i -> i));
  }

  @Test
  void map_oneItem_runsOnTheCaller() throws Exception {
    assertEquals(
        List.of(Thread.currentThread()), fanOut.map(List.of(1), i -> Thread.currentThread()));
  }

  @Test
  void map_failure_isThrownAndStopsNewPieces() {
    AtomicInteger begun = new AtomicInteger();
    IOException planted = new IOException("planted");
    IOException e =
        assertThrows(
            IOException.class,
            () ->
                fanOut.map(
                    IntStream.range(0, 10_000).boxed().toList(),
                    i -> {
                      begun.incrementAndGet();
                      throw planted;
                    }));
    assertSame(planted, e);
    // At most one piece per thread had passed the check before the first failed.
    assertTrue(begun.get() <= 2, begun.toString());
  }

  @Test
  void map_failure_waitsForWhatRuns() {
    Set<Integer> ended = ConcurrentHashMap.newKeySet();
    CyclicBarrier both = new CyclicBarrier(2);
    assertThrows(
        IOException.class,
        () ->
            fanOut.map(
                List.of(1, 2),
                i -> {
                  try {
                    both.await(20, TimeUnit.SECONDS);
                    if (i == 1) {
                      throw new IOException("planted");
                    }
                    return i;
                  } catch (BrokenBarrierException | TimeoutException | InterruptedException e) {
                    throw new AssertionError(e);
                  } finally {
                    ended.add(i);
                  }
                }));
    assertEquals(Set.of(1, 2), ended);
  }

  @Test
  void map_bug_isThrownAsItIs() {
    IllegalStateException planted = new IllegalStateException("planted");
    assertSame(
        planted,
        assertThrows(
            IllegalStateException.class,
            () ->
                fanOut.map(
                    List.of(1, 2, 3),
                    i -> {
                      throw planted;
                    })));
  }
}
