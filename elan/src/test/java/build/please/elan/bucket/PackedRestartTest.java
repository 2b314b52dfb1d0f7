// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As {@link BoundedRestartTest}, of a packed store, of whose objects some are small. */
final class PackedRestartTest {
  private static final Duration LEASE = Duration.ofMinutes(2);
  private static final Duration PROMISE = Duration.ofHours(6);
  private static final long LIMIT = 4 << 20;
  private static final int SMALL = 20_000;
  private static final int LARGE = 100_000;
  private static final int OTHERS = 1000;

  private final FakeTime time = new FakeTime();
  private final Path root;
  private Bucket bucket;
  private int others = OTHERS;

  PackedRestartTest(@TempDir Path root) throws IOException {
    this.root = root;
    this.bucket = start(LIMIT);
  }

  private Bucket start(long maxBytes) throws IOException {
    return BoundedBuckets.packed(root, new Bounds(maxBytes, 0, LEASE), time);
  }

  private void restart(long maxBytes) throws IOException {
    bucket.close();
    bucket = start(maxBytes);
  }

  @AfterEach
  void close() throws IOException {
    bucket.close();
  }

  private static String key(int number) {
    return PackedBucketTest.key("cas/", number);
  }

  private void store(int number, int size) throws IOException {
    BoundedBuckets.store(bucket, key(number), size);
    if (size == LARGE) {
      // Files have the time of the machine, the test has its own.
      Path file = root.resolve(key(number));
      Files.setLastModifiedTime(file, FileTime.from(time.clock().instant()));
    }
  }

  private void storeAll(int from, int count, int size) throws IOException {
    for (int i = from; i < from + count; i++) {
      store(i, size);
    }
  }

  /** So much that whatever may go has to; takes less than an hour. */
  private void flood() throws IOException {
    for (int i = 0; i < 15; i++) {
      storeAll(others, 20, SMALL);
      others += 20;
      time.pass(LEASE);
    }
  }

  private Set<String> there(int... numbers) throws IOException {
    List<String> keys = new ArrayList<>();
    IntStream.of(numbers).forEach(number -> keys.add(key(number)));
    return bucket.unwatched().sizes(keys).keySet();
  }

  private Occupancy occupancy() {
    return bucket.fullness().orElseThrow();
  }

  private void floodUntilGone(int number) throws IOException {
    while (!there(number).isEmpty()) {
      assertTrue(others < 2 * OTHERS, "it never goes");
      store(others++, SMALL);
      if (others % 20 == 0) {
        time.pass(LEASE);
      }
    }
  }

  @Test
  void objectsOfTheLastRun_countAndAreEvicted_butThoseInUseLater() throws IOException {
    storeAll(0, 30, SMALL);
    storeAll(100, 10, LARGE);
    time.pass(Duration.ofHours(2));
    bucket.read(key(0), 0).close();
    bucket.read(key(100), 0).close();
    time.pass(LEASE);
    Occupancy before = occupancy();
    restart(LIMIT);

    assertEquals(40, occupancy().objects());
    assertEquals(before.bytes() / LARGE, occupancy().bytes() / LARGE);
    floodUntilGone(1);
    floodUntilGone(101);

    assertEquals(Set.of(key(0), key(100)), there(0, 1, 100, 101));
  }

  @Test
  void promise_holdsAfterARestart_untilItEnds() throws IOException {
    storeAll(1, 2, SMALL);
    storeAll(101, 2, LARGE);
    bucket.keep(List.of(key(1), key(101)), PROMISE);
    time.pass(LEASE);
    for (int i = 0; i < 2; i++) {
      restart(LIMIT);
      flood();
      assertEquals(Set.of(key(1), key(101)), there(1, 2, 101, 102));
    }

    time.pass(PROMISE.multipliedBy(2));
    restart(LIMIT);
    flood();
    assertEquals(Set.of(), there(1, 2, 101, 102));
  }

  private void append(String text) throws IOException {
    bucket.close();
    for (String journal : List.of(".elan/uses.log", ".elan/segments/uses.log")) {
      Files.writeString(
          root.resolve(journal), text, UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
    bucket = start(LIMIT);
  }

  @Test
  void tornAndForeignLinesOfTheJournals_arePassedOver() throws IOException {
    store(1, SMALL);
    store(101, LARGE);
    bucket.keep(List.of(key(1), key(101)), PROMISE);
    append("\n17\nx y z\n99999999999999999999999 1 q\n\u0000\u00ff 1 1");
    time.pass(LEASE);

    flood();
    assertEquals(Set.of(key(1), key(101)), there(1, 101));
    bucket.keep(List.of(key(1), key(101)), PROMISE.multipliedBy(2));
    restart(LIMIT);
    time.pass(PROMISE);
    flood();
    assertEquals(Set.of(key(1), key(101)), there(1, 101));
  }

  @Test
  void journalsOfAClockThatWasWrong_keepNothingForEver() throws IOException {
    store(1, SMALL);
    store(101, LARGE);
    String far = Long.MAX_VALUE / 2 + " " + Long.MAX_VALUE / 2 + " ";
    append(far + key(1) + "\n" + far + key(101) + "\n");
    flood();
    assertEquals(Set.of(key(1), key(101)), there(1, 101));

    time.pass(Duration.ofDays(401));
    flood();
    assertEquals(Set.of(), there(1, 101));
  }

  @Test
  void storeAboveItsBound_isServedAndShrinks() throws IOException {
    storeAll(0, 80, SMALL);
    storeAll(100, 15, LARGE);
    time.pass(LEASE);
    long smaller = LIMIT / 2;
    assertTrue(occupancy().bytes() > smaller, () -> occupancy().toString());

    restart(smaller);
    storeAll(200, 5, SMALL);

    assertTrue(occupancy().bytes() <= smaller, () -> occupancy().toString());
    assertEquals(Set.of(key(204)), there(204));
  }
}
