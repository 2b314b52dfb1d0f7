// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.StoreFullException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that is started again knows what was in use and what was promised. */
final class BoundedRestartTest {
  private static final Duration LEASE = Duration.ofMinutes(2);
  private static final Duration PROMISE = Duration.ofHours(6);
  private static final String A = key("cas/", 'a');
  private static final String B = key("blake3/zstd_cas/", 'b');
  private static final String C = "cafe";

  private final FakeTime time = new FakeTime();
  private final Path root;
  private final Path journal;

  BoundedRestartTest(@TempDir Path root) {
    this.root = root;
    this.journal = root.resolve(".elan").resolve("uses.log");
  }

  private static String key(String kind, char digit) {
    String hash = String.valueOf(digit).repeat(64);
    return kind + hash.substring(0, 2) + "/" + hash;
  }

  private BoundedBucket start(long maxBytes) throws IOException {
    BoundedBucket bucket =
        BoundedBucket.open(
            FileBucket.open(root),
            new Bounds(maxBytes, 0, LEASE),
            new Place(size -> size, () -> Long.MAX_VALUE, journal, () -> true),
            time.clock(),
            time::nanoTime);
    while (bucket.occupancy().state() == Occupancy.State.INDEXING) {
      Thread.onSpinWait();
    }
    return bucket;
  }

  private void store(Bucket bucket, String key, int size) throws IOException {
    try (BucketWriter writer = bucket.write(key, size)) {
      writer.write(new byte[size], 0, size);
      writer.commit();
    }
    // Files have the time of the machine, the test has its own.
    Files.setLastModifiedTime(root.resolve(key), FileTime.from(time.clock().instant()));
  }

  @Test
  void objectsOfTheLastRun_countAndAreEvicted_leastRecentlyUsedFirst() throws IOException {
    try (Bucket bucket = start(1000)) {
      store(bucket, A, 300);
      time.pass(Duration.ofHours(2));
      store(bucket, B, 300);
      store(bucket, C, 300);
      time.pass(Duration.ofHours(2));
      bucket.read(A, 0).close();
      time.pass(LEASE);
    }
    try (BoundedBucket again = start(1000)) {
      assertEquals(900, again.occupancy().bytes());
      assertEquals(3, again.occupancy().objects());

      store(again, key("cas/", 'd'), 500);

      assertEquals(Map.of(A, 300L), again.sizes(List.of(A, B, C)));
    }
  }

  @Test
  void promise_holdsAfterARestart_alsoOfAKilledServer() throws IOException {
    // Not closed, as a killed server does not close it.
    Bucket killed = start(1000);
    store(killed, A, 300);
    store(killed, B, 300);
    killed.keep(List.of(B), PROMISE);
    time.pass(LEASE);

    try (Bucket again = start(1000)) {
      time.pass(LEASE);
      store(again, C, 700);
      assertEquals(Map.of(B, 300L, C, 700L), again.sizes(List.of(A, B, C)));
      assertThrows(StoreFullException.class, () -> store(again, A, 300));
    }
    time.pass(PROMISE.multipliedBy(2));
    try (Bucket later = start(1000)) {
      store(later, A, 1000);
      assertEquals(Map.of(A, 1000L), later.sizes(List.of(A, B, C)));
    } finally {
      killed.close();
    }
  }

  @Test
  void tornAndForeignLinesOfTheJournal_arePassedOver() throws IOException {
    try (Bucket bucket = start(1000)) {
      store(bucket, A, 300);
      bucket.keep(List.of(A), PROMISE);
    }
    Files.writeString(
        journal,
        "\n17\nx y z\n99999999999999999999999 1 q\n\u0000\u00ff 1 1",
        UTF_8,
        StandardOpenOption.APPEND);

    try (Bucket again = start(1000)) {
      time.pass(LEASE);
      assertThrows(StoreFullException.class, () -> store(again, B, 800));
      again.keep(List.of(A), PROMISE.multipliedBy(2));
    }
    time.pass(PROMISE.multipliedBy(2));
    try (Bucket third = start(1000)) {
      assertThrows(StoreFullException.class, () -> store(third, B, 800));
    }
  }

  @Test
  void journalOfAClockThatWasWrong_keepsNothingForEver() throws IOException {
    try (Bucket bucket = start(1000)) {
      store(bucket, A, 300);
    }
    Files.writeString(
        journal, Long.MAX_VALUE / 2 + " " + Long.MAX_VALUE / 2 + " " + A + "\n", UTF_8);

    try (Bucket again = start(1000)) {
      assertThrows(StoreFullException.class, () -> store(again, B, 800));
      time.pass(Duration.ofDays(401));
      store(again, B, 800);
    }
  }

  @Test
  void storeAboveItsBound_isServedAndShrinks() throws IOException {
    try (Bucket bucket = start(10_000)) {
      store(bucket, A, 3000);
      store(bucket, B, 3000);
    }
    time.pass(LEASE);
    try (BoundedBucket smaller = start(4000)) {
      assertTrue(smaller.occupancy().bytes() <= 6000);
      store(smaller, C, 100);

      assertTrue(smaller.occupancy().bytes() <= 4000, () -> smaller.occupancy().toString());
    }
  }
}
