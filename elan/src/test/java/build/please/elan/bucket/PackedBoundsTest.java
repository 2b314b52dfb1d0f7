// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.StoreFullException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A packed store in 4 MiB, whose segments have 128 KiB. */
final class PackedBoundsTest {
  private static final Duration LEASE = Duration.ofMinutes(2);
  private static final Duration PROMISE = Duration.ofHours(6);
  private static final long LIMIT = 4 << 20;
  private static final int SMALL = 20_000;

  private final FakeTime time = new FakeTime();
  @TempDir Path root;
  private Bucket bucket;

  @BeforeEach
  void open() throws IOException {
    bucket = BoundedBuckets.packed(root, new Bounds(LIMIT, 0, LEASE), time);
  }

  @AfterEach
  void close() throws IOException {
    bucket.close();
  }

  private Occupancy occupancy() {
    return bucket.fullness().orElseThrow();
  }

  private static String key(int number) {
    return PackedBucketTest.key("cas/", number);
  }

  private void store(int number, int size) throws IOException {
    BoundedBuckets.store(bucket, key(number), size);
  }

  private void flood(int from, int count) throws IOException {
    for (int i = from; i < from + count; i++) {
      store(i, SMALL);
      time.pass(LEASE);
    }
  }

  private Set<String> there(int... numbers) throws IOException {
    List<String> keys = new ArrayList<>();
    IntStream.of(numbers).forEach(number -> keys.add(key(number)));
    return bucket.unwatched().sizes(keys).keySet();
  }

  private long onDisk() throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(Files::isRegularFile)
          .filter(
              file ->
                  file.toString().endsWith(".segment") || !file.startsWith(root.resolve(".elan")))
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }

  @Test
  void flood_staysWithinTheLimit_andLetsTheOldestGo() throws IOException {
    flood(0, 500);

    assertTrue(onDisk() <= LIMIT, () -> occupancy().toString());
    assertTrue(onDisk() > LIMIT / 2, () -> occupancy().toString());
    assertEquals(Set.of(key(499)), there(0, 1, 100, 499));
    assertTrue(occupancy().evictedObjects() > 200, () -> occupancy().toString());
    assertTrue(occupancy().bytes() <= LIMIT, () -> occupancy().toString());
  }

  @Test
  void promise_outlivesTheFlood_alsoAfterAKill() throws IOException {
    store(1, SMALL);
    store(2, SMALL);
    store(3, 100_000);
    store(4, 100_000);
    assertEquals(2, bucket.keep(List.of(key(1), key(3)), PROMISE).size());
    assertEquals(2, occupancy().keptObjects());
    time.pass(LEASE);
    // What a killed process leaves: nothing is noted in the end.
    Path uses = root.resolve(".elan/segments/uses");
    Path journal = root.resolve(".elan/segments/uses.log");
    byte[] lines = Files.readAllBytes(journal);
    bucket.close();
    Files.deleteIfExists(uses);
    Files.write(journal, lines);
    open();

    flood(10, 150);
    for (int i = 200; i < 600; i++) {
      store(i, SMALL);
      if (i % 20 == 0) {
        time.pass(LEASE);
      }
    }

    assertEquals(Set.of(key(1), key(3)), there(1, 2, 3, 4));
    time.pass(PROMISE.multipliedBy(2));
    flood(1000, 300);
    assertEquals(Set.of(), there(1, 2, 3, 4));
  }

  @Test
  void largeAndSmall_goByAge_whicheverTheyAre() throws IOException {
    for (int i = 0; i < 10; i++) {
      store(i, 100_000);
      time.pass(LEASE);
    }
    flood(100, 60);
    for (int i = 20; i < 60; i++) {
      store(i, 100_000);
      time.pass(LEASE);
    }
    assertEquals(Set.of(key(59)), there(0, 9, 100, 152, 59));
    assertTrue(onDisk() <= LIMIT, () -> occupancy().toString());
  }

  @Test
  void storeFullOfPromises_refuses_untilTheyEnd() throws IOException {
    List<String> keys = new ArrayList<>();
    assertThrows(
        StoreFullException.class,
        () -> {
          for (int i = 0; i < 500; i++) {
            store(i, SMALL);
            keys.add(key(i));
            bucket.keep(keys.subList(i, i + 1), PROMISE);
          }
        });
    assertEquals(Occupancy.State.FULL, occupancy().state());
    assertEquals(keys.size(), bucket.sizes(keys).size());
    assertTrue(keys.size() > 100, () -> "only " + keys.size());

    time.pass(PROMISE.multipliedBy(2));
    store(1000, SMALL);
    assertEquals(Occupancy.State.OPEN, occupancy().state());
  }

  @Test
  void deleteUnused_takesSmallAndLarge_butNoneThatWasUsed() throws IOException {
    store(1, SMALL);
    store(2, SMALL);
    store(3, 100_000);
    store(4, 100_000);
    time.pass(Duration.ofHours(10));
    bucket.read(key(2), 0).close();
    bucket.sizes(List.of(key(4)));
    bucket.unwatched().read(key(1), 0).close();
    time.pass(LEASE.multipliedBy(2));

    Set<String> gone =
        bucket.deleteUnused(
            List.of(key(1), key(2), key(3), key(4), key(5)),
            time.clock().instant().minus(Duration.ofHours(1)));

    assertEquals(Set.of(key(1), key(3)), gone);
    assertEquals(Set.of(key(2), key(4)), there(1, 2, 3, 4));
  }

  @Test
  void secondProcess_isRefused_andToldWhom() {
    StoreInUseException e = assertThrows(StoreInUseException.class, this::open);
    assertTrue(
        String.valueOf(e.getMessage()).contains("process " + ProcessHandle.current().pid() + " "),
        e::toString);
    assertEquals("", e.address());
    bucket.announce("grpc://127.0.0.1:7");
    e = assertThrows(StoreInUseException.class, this::open);
    assertEquals("grpc://127.0.0.1:7", e.address());
    assertFalse(e.toString().contains("\n"));
  }
}
