// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.elan.faultyfs.Faults;
import build.please.elan.faultyfs.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class QuarantineTest {
  private static final String KEY = "cas/ab/abcd";

  @TempDir Path root;
  private final Faults faults = new Faults();
  private FileBucket bucket;

  @BeforeEach
  void open() throws IOException {
    bucket = FileBucket.open(faults.faulty(root));
  }

  @AfterEach
  void close() throws IOException {
    faults.recover();
    bucket.close();
  }

  private static void store(FileBucket bucket, String content) throws IOException {
    try (BucketWriter writer = bucket.write(KEY, 0)) {
      writer.write(content.getBytes(UTF_8));
      writer.commit();
    }
  }

  private static boolean isBad(InputStream bytes) throws IOException {
    return new String(bytes.readAllBytes(), UTF_8).startsWith("bad");
  }

  private static void assertAbsent(FileBucket bucket) throws IOException {
    assertEquals(Map.of(), bucket.sizes(List.of(KEY)));
    assertThrows(NoSuchFileException.class, () -> bucket.read(KEY, 0));
    assertTrue(bucket.file(KEY).isEmpty());
  }

  private List<String> quarantined() throws IOException {
    try (Stream<Path> files = Files.list(root.resolve(".elan/quarantine"))) {
      return files
          .sorted()
          .map(
              file -> {
                try {
                  return Files.readString(file);
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              })
          .toList();
    }
  }

  @Test
  void wrongObject_isMovedAway_andIsNoObject() throws IOException {
    store(bucket, "bad");

    String fate = bucket.quarantine(KEY, QuarantineTest::isBad).orElseThrow();

    assertTrue(fate.contains(".elan/quarantine/"), fate);
    assertTrue(fate.endsWith("cas_ab_abcd"), fate);
    assertEquals(List.of("bad"), quarantined());
    assertAbsent(bucket);
    try (Stream<StoredObject> all = bucket.list("")) {
      assertEquals(0, all.count());
    }
  }

  @Test
  void soundOrAbsentObject_stays() throws IOException {
    assertEquals(Optional.empty(), bucket.quarantine(KEY, QuarantineTest::isBad));
    store(bucket, "good");

    assertEquals(Optional.empty(), bucket.quarantine(KEY, QuarantineTest::isBad));

    assertEquals(Map.of(KEY, 4L), bucket.sizes(List.of(KEY)));
  }

  @Test
  void objectThatIsReplacedWhileItIsLookedAt_stays() throws IOException {
    store(bucket, "bad");

    Optional<String> fate =
        bucket.quarantine(
            KEY,
            bytes -> {
              boolean wrong = isBad(bytes);
              store(bucket, "new");
              return wrong;
            });

    assertEquals(Optional.empty(), fate);
    assertEquals(Map.of(KEY, 3L), bucket.sizes(List.of(KEY)));
  }

  @Test
  void objectThatIsReplacedInTheLastMoment_comesBack() throws IOException {
    store(bucket, "bad");
    faults.watch(
        (operation, path) -> {
          if (operation == Operation.MOVE && path.toString().contains("quarantine")) {
            Files.delete(root.resolve(KEY));
            Files.writeString(root.resolve(KEY), "new");
          }
        });

    bucket.quarantine(KEY, QuarantineTest::isBad);

    assertEquals("new", Files.readString(root.resolve(KEY)));
    assertEquals(List.of(), quarantined());
  }

  @Test
  void oneWhoDoesNotOwnTheStore_ignoresItWhereItLies_untilItIsReplaced() throws IOException {
    store(bucket, "bad");
    try (FileBucket second = FileBucket.open(root)) {
      second.quarantine(KEY, QuarantineTest::isBad);

      assertAbsent(second);
      assertEquals("bad", Files.readString(root.resolve(KEY)));

      store(bucket, "good");
      assertEquals(Map.of(KEY, 4L), second.sizes(List.of(KEY)));
      assertTrue(second.file(KEY).isPresent());
    }
  }

  @Test
  void whatCannotBeMoved_isIgnoredWhereItLies() throws IOException {
    store(bucket, "bad");
    faults.fail(Operation.MOVE, Faults.READ_ONLY);

    bucket.quarantine(KEY, QuarantineTest::isBad);

    assertAbsent(bucket);
  }

  @Test
  void whatCannotBeLookedAt_isNotJudged() throws IOException {
    store(bucket, "bad");
    faults.fail(Operation.READ, Faults.IO_ERROR);

    assertThrows(IOException.class, () -> bucket.quarantine(KEY, QuarantineTest::isBad));

    faults.recover();
    assertEquals(Map.of(KEY, 3L), bucket.sizes(List.of(KEY)));
  }

  @Test
  void tooMany_orTooMuch_theOldestGo() throws IOException {
    Quarantine quarantine =
        new Quarantine(
            root.resolve(".elan/quarantine"), Clock.systemUTC(), new Quarantine.Bounds(3, 10));
    for (String content : List.of("bad1", "bad2", "b3", "b4", "b5")) {
      Path file = Files.writeString(root.resolve("wrong"), content);
      quarantine.take(file, KEY);
      quarantine.trim();
    }
    assertEquals(List.of("b3", "b4", "b5"), quarantined());

    quarantine.take(Files.writeString(root.resolve("wrong"), "bad.last"), KEY);
    quarantine.trim();
    assertEquals(List.of("b5", "bad.last"), quarantined());
  }
}
