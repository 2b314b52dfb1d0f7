// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes when room is needed. A segment holds seven blobs of a kibibyte. */
final class LogEvictionTest {
  @TempDir Path directory;
  private TestLog log;

  @BeforeEach
  void open() throws IOException {
    log = new TestLog(directory, Durability.NONE);
  }

  @AfterEach
  void close() throws IOException {
    log.close();
  }

  private void fill(int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      log.store(TestLog.blob(i), TestLog.kibibyte(i));
      log.pass(10);
    }
  }

  private List<Integer> there(int to) throws IOException {
    List<Integer> there = new ArrayList<>();
    for (int i = 0; i < to; i++) {
      if (log.load(TestLog.blob(i)) != null) {
        assertEquals(TestLog.kibibyte(i), log.load(TestLog.blob(i)));
        there.add(i);
      }
    }
    return there;
  }

  private long onDisk() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(Segment::isSegment).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  @Test
  void evict_letsTheOldestSegmentGo_whole() throws IOException {
    fill(0, 30);
    log.pass(TestLog.LEASE);
    log.tidying.tidy();
    long before = log.log.bytes();

    long freed = log.tidying.evict();

    assertEquals(before - freed, onDisk());
    assertEquals(onDisk(), log.log.bytes());
    assertEquals(7, there(30).get(0));
    assertEquals(23, there(30).size());
    assertEquals(7, log.tidying.evictedObjects());
    log.killAndRestart();
    assertEquals(23, there(30).size());
  }

  @Test
  void evict_sparesWhatWasUsedPromisedOrLeased() throws IOException {
    fill(0, 30);
    log.pass(1000);
    assertTrue(log.log.keep(TestLog.blob(1), 10_000, new Found()) > 0);
    log.pass(1000);
    assertTrue(log.log.find(TestLog.blob(2), log.log.now(), new Found()));
    log.pass(TestLog.LEASE + 1);
    assertTrue(log.log.find(TestLog.blob(8), log.log.now(), new Found()));

    assertTrue(log.tidying.evict() > 0);
    assertTrue(log.tidying.evict() > 0);

    assertEquals(List.of(1, 2, 8, 14), there(30).subList(0, 4));
    log.restart();
    assertEquals(List.of(1, 2, 8, 14), there(30).subList(0, 4));
    log.pass(20_000);
    while (log.tidying.evict() > 0) {}
    assertEquals(List.of(), there(30));
  }

  @Test
  void evict_whileAllIsInUse_letsNothingGo_untilItMay() throws IOException {
    fill(0, 30);
    for (int i = 0; i < 30; i++) {
      log.log.keep(TestLog.blob(i), 800, new Found());
    }
    assertEquals(0, log.tidying.evict());
    assertEquals(Integer.MAX_VALUE, log.tidying.oldest());
    log.pass(900);
    assertEquals(0, log.tidying.evict());
    log.pass(101);

    assertTrue(log.tidying.oldest() < Integer.MAX_VALUE);
    assertTrue(log.tidying.evict() > 0);
    assertEquals(23, there(30).size());
  }

  @Test
  void evict_ofANewerSegment_bringsBackNoOlderResult() throws IOException {
    log.store(TestLog.result(1), "old");
    for (int i = 0; i < 7; i++) {
      log.store(TestLog.blob(i), TestLog.kibibyte(i));
      log.log.keep(TestLog.blob(i), 100_000, new Found());
    }
    fill(10, 11);
    log.store(TestLog.result(1), "new");
    fill(11, 20);
    log.pass(TestLog.LEASE);

    assertTrue(log.tidying.evict() > 0);

    assertEquals(null, log.load(TestLog.result(1)));
    log.killAndRestart();
    assertEquals(null, log.load(TestLog.result(1)));
    assertEquals(TestLog.kibibyte(3), log.load(TestLog.blob(3)));
  }

  @Test
  void garbage_isTakenOut_andWhatWasDeletedStaysGone() throws IOException {
    fill(0, 50);
    for (int i = 0; i < 50; i++) {
      if (i % 10 != 0) {
        assertTrue(log.log.delete(TestLog.blob(i)));
      }
    }
    for (int i = 0; i < 10; i++) {
      log.tidying.tidy();
    }
    assertEquals(List.of(0, 10, 20, 30, 40), there(50));
    assertTrue(onDisk() < 20_000, () -> "garbage stays: " + log.log.bytes());
    assertEquals(onDisk(), log.log.bytes());
    log.killAndRestart();
    assertEquals(List.of(0, 10, 20, 30, 40), there(50));
  }

  @Test
  void deleteUnused_sparesWhatWasUsedSince() throws IOException {
    fill(0, 10);
    log.pass(1000);
    int since = log.log.now();
    log.log.find(TestLog.blob(1), since, new Found());
    log.log.keep(TestLog.blob(2), 10_000, new Found());
    log.pass(TestLog.LEASE);

    for (int i = 0; i < 4; i++) {
      assertEquals(i == 0 || i == 3, log.log.deleteUnused(TestLog.blob(i), since), "" + i);
    }
    assertFalse(log.log.deleteUnused(TestLog.blob(99), since));
    assertEquals(List.of(1, 2, 4), there(10).subList(0, 3));
  }
}
