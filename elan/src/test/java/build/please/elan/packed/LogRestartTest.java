// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a log holds after its process ended in some way. */
final class LogRestartTest {
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

  private List<Path> segments() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(Segment::isSegment).sorted().toList();
    }
  }

  @Test
  void newestOfAName_counts_andWhatWasDeletedStaysSo() throws IOException {
    log.store(TestLog.result(1), "old");
    log.store(TestLog.blob(2), "deleted");
    for (int i = 100; i < 130; i++) {
      log.store(TestLog.blob(i), TestLog.kibibyte(i));
    }
    log.store(TestLog.result(1), "new");
    assertTrue(log.log.delete(TestLog.blob(2)));
    assertFalse(log.log.delete(TestLog.blob(2)));

    for (int restart = 0; restart < 3; restart++) {
      log.killAndRestart();
      assertEquals("new", log.load(TestLog.result(1)));
      assertEquals(null, log.load(TestLog.blob(2)));
      assertEquals(TestLog.kibibyte(117), log.load(TestLog.blob(117)));
      assertEquals(31, log.log.index().count());
      log.tidying.tidy();
    }
    assertTrue(segments().size() > 3, () -> "all in few segments");
  }

  /** Whatever of the last record reached the disk: it is absent, all before it is there. */
  @Test
  void tornTail_isCutOff_andTheLogGoesOn() throws IOException {
    log.store(TestLog.blob(1), "first");
    long before = Files.size(segments().get(0));
    log.store(TestLog.blob(2), "second one");
    long after = Files.size(segments().get(0));
    byte[] whole = Files.readAllBytes(segments().get(0));
    for (long end = before; end < after; end++) {
      log.close();
      try (RandomAccessFile file = new RandomAccessFile(segments().get(0).toFile(), "rw")) {
        file.write(whole);
        file.setLength(end);
      }
      log.killAndRestart();
      assertEquals("first", log.load(TestLog.blob(1)));
      assertEquals(null, log.load(TestLog.blob(2)), "cut at " + end);
      log.store(TestLog.blob(3), "third");
      log.killAndRestart();
      assertEquals("third", log.load(TestLog.blob(3)));
      assertEquals(2, log.log.index().count());
    }
  }

  /** As a power cut may leave them: pages that were never written are zeros. */
  @Test
  void recordsWhoseBytesAreWrong_areAbsent_othersNot() throws IOException {
    for (int i = 0; i < 5; i++) {
      log.store(TestLog.blob(i), TestLog.kibibyte(i));
    }
    log.close();
    try (RandomAccessFile file = new RandomAccessFile(segments().get(0).toFile(), "rw")) {
      file.seek(Segment.HEADER + 2 * 1088 + 500);
      file.write(new byte[100]);
    }
    log.killAndRestart();

    assertEquals(null, log.load(TestLog.blob(2)));
    assertEquals(TestLog.kibibyte(3), log.load(TestLog.blob(3)));
    for (int i = 10; i < 20; i++) {
      log.store(TestLog.blob(i), TestLog.kibibyte(i));
    }
    log.tidying.tidy();
    log.killAndRestart();
    assertEquals(null, log.load(TestLog.blob(2)));
    assertEquals(14, log.log.index().count());
  }

  @Test
  void anyByteThatIsDamaged_costsNoMoreThanWhatItIsPartOf() throws IOException {
    for (int i = 0; i < 30; i++) {
      log.store(TestLog.blob(i), TestLog.kibibyte(i));
    }
    log.tidying.tidy();
    log.close();
    Path first = segments().get(0);
    byte[] whole = Files.readAllBytes(first);
    Random random = new Random(5);
    for (int i = 0; i < 200; i++) {
      byte[] damaged = whole.clone();
      int at = Segment.HEADER + random.nextInt(whole.length - Segment.HEADER);
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(first, damaged);
      log.killAndRestart();
      for (int blob = 0; blob < 30; blob++) {
        // Damaged bytes are not noticed here: a blob has a sum of its own.
        String bytes = log.load(TestLog.blob(blob));
        assertTrue(blob < 7 || bytes != null, "at " + at + " blob " + blob);
      }
      log.close();
    }
    Files.write(first, whole);
    log.killAndRestart();
  }

  @Test
  void unknownVersion_isRefused_inOneLine() throws IOException {
    log.store(TestLog.blob(1), "x");
    log.close();
    try (RandomAccessFile file = new RandomAccessFile(segments().get(0).toFile(), "rw")) {
      file.seek(8);
      file.write(2);
    }
    FileSystemException e = assertThrows(FileSystemException.class, log::killAndRestart);
    assertTrue(e.toString().contains("version 2"), e.toString());
    assertFalse(e.toString().contains("\n"), e.toString());
  }

  @Test
  void segmentThatIsEmpty_isNoObstacle() throws IOException {
    log.store(TestLog.blob(1), "x");
    Files.createFile(Segment.file(directory, 2));

    log.killAndRestart();

    assertEquals("x", log.load(TestLog.blob(1)));
  }

  @Test
  void randomWork_withKillsInBetween_losesNothing() throws IOException {
    Map<PackedName, String> expected = new HashMap<>();
    Random random = new Random(3);
    for (int round = 0; round < 3000; round++) {
      PackedName name =
          random.nextBoolean()
              ? TestLog.blob(random.nextInt(60))
              : TestLog.result(random.nextInt(60));
      if (random.nextInt(4) == 0) {
        assertEquals(expected.remove(name) != null, log.log.delete(name));
      } else {
        String content = "x".repeat(random.nextInt(1500)) + round;
        log.store(name, content);
        expected.put(name, content);
      }
      switch (random.nextInt(60)) {
        case 0 -> log.killAndRestart();
        case 1 -> log.restart();
        case 2, 3 -> log.tidying.tidy();
        default -> {}
      }
    }
    log.killAndRestart();
    for (Map.Entry<PackedName, String> one : expected.entrySet()) {
      assertEquals(one.getValue(), log.load(one.getKey()));
    }
    assertEquals(expected.size(), log.log.index().count());
    log.tidying.tidy();
    long live = 120 * 1600;
    assertTrue(log.log.bytes() < 3 * live, () -> "garbage stays: " + log.log.bytes());
  }
}
