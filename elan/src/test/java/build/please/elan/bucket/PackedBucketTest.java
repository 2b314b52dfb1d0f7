// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The keys of the contract are unusual; {@link PackedKeysBucketTest} has others. */
class PackedBucketTest extends BucketContract {
  @TempDir Path root;
  private Bucket bucket;

  @BeforeEach
  void open() throws IOException {
    bucket = Buckets.open("disk://" + root, Clock.systemUTC());
  }

  @AfterEach
  void close() throws IOException {
    bucket.close();
  }

  @Override
  Bucket bucket() {
    return bucket;
  }

  static String key(String kind, int number) {
    String hash = "%064x".formatted(number * 0x1234567L);
    return kind + hash.substring(0, 2) + "/" + hash;
  }

  private void restart() throws IOException {
    bucket.close();
    open();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !file.startsWith(root.resolve(".elan")))
          .map(root::relativize)
          .toList();
    }
  }

  @Test
  void smallObjects_areNoFiles_largeOnesAre() throws IOException {
    store(key("cas/", 1), "x".repeat(64 << 10));
    store(key("cas/", 2), "x".repeat((64 << 10) + 1));

    assertEquals(List.of(Path.of(key("cas/", 2))), files());
    assertTrue(bucket().file(key("cas/", 1)).isEmpty());
    assertTrue(bucket().file(key("cas/", 2)).isPresent());
    restart();
    assertEquals(
        Map.of(key("cas/", 1), 65536L, key("cas/", 2), 65537L),
        bucket().sizes(List.of(key("cas/", 1), key("cas/", 2), key("cas/", 3))));
  }

  @Test
  void objectThatGrowsAndShrinks_isTheLast_alsoAfterARestart() throws IOException {
    String key = key("ac/", 1);
    for (String content : List.of("small", "x".repeat(100_000), "smaller", "y".repeat(70_000))) {
      store(key, content);
      assertEquals(content, load(key, 0));
      restart();
      assertEquals(content, load(key, 0));
      try (Stream<StoredObject> all = bucket().list("")) {
        assertEquals(1, all.count());
      }
    }
    assertTrue(bucket().delete(key));
    restart();
    assertEquals(Map.of(), bucket().sizes(List.of(key)));
  }

  /** Whoever is last: one of them is there, never none. */
  @Test
  void writersOfSmallAndLarge_atTheSameTime_leaveOne() throws Exception {
    String key = key("zstd_cas/", 1);
    for (int round = 0; round < 200; round++) {
      String small = "s" + round;
      String large = "l".repeat(70_000);
      Thread other =
          new Thread(
              () -> {
                try {
                  store(key, large);
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      other.start();
      store(key, small);
      other.join();
      String left = load(key, 0);
      assertTrue(left.equals(small) || left.equals(large), () -> "neither in any place");
    }
  }

  @Test
  void decodedSize_isNoted() throws IOException {
    try (BucketWriter writer = bucket().writePacked(key("zstd_cas/", 1), 3, 1234)) {
      writer.write("abc".getBytes(UTF_8));
      writer.commit();
    }
    restart();
    assertEquals(OptionalLong.of(1234), bucket().decodedSize(key("zstd_cas/", 1)));
    assertEquals(OptionalLong.empty(), bucket().decodedSize(key("zstd_cas/", 2)));
  }

  @Test
  void adopt_ofASmallFile_takesItIn() throws IOException {
    Path small = Files.writeString(root.resolve(".elan/small"), "small");
    Path large = Files.writeString(root.resolve(".elan/large"), "x".repeat(70_000));

    assertTrue(bucket().adopt(key("cas/", 1), small));
    assertTrue(bucket().adopt(key("cas/", 2), large));

    assertFalse(Files.exists(small));
    assertEquals("small", load(key("cas/", 1), 0));
    assertTrue(bucket().file(key("cas/", 2)).isPresent());
  }

  @Test
  void quarantine_keepsACopyOfWhatWasWrong() throws IOException {
    store(key("cas/", 1), "wrong");

    String fate = bucket().quarantine(key("cas/", 1), bytes -> true).orElseThrow();

    assertEquals("wrong", Files.readString(Path.of(fate.replace("moved to ", ""))));
    restart();
    assertEquals(Map.of(), bucket().sizes(List.of(key("cas/", 1))));
  }

  @Test
  void fileThatWasRemovedBehindItsBack_isAbsentOnceItWasMissed() throws IOException {
    String key = key("cas/", 1);
    store(key, "x".repeat(70_000));
    Files.delete(root.resolve(key));

    assertThrows(IOException.class, () -> load(key, 0));
    assertEquals(Map.of(), bucket().sizes(List.of(key)));
  }

  @Test
  void directoryThatIsGone_isNoAbsence() throws IOException {
    store(key("cas/", 1), "x");
    Path away = root.resolveSibling(root.getFileName() + "-away");
    Files.move(root, away);

    assertThrows(IOException.class, () -> bucket().probe());
    assertThrows(IOException.class, () -> bucket().sizes(List.of(key("cas/", 2))));
    assertThrows(IOException.class, () -> store(key("cas/", 3), "y"));

    Files.move(away, root);
    bucket().probe();
    assertEquals("x", load(key("cas/", 1), 0));
  }
}
