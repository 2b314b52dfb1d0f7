// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.StoreFullException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What makes room for what is new, and what never does. Sizes are in bytes, objects have 100. */
final class BoundedBucketTest {
  private static final Duration LEASE = Duration.ofMinutes(2);
  private static final int SIZE = 100;

  private final FakeTime time = new FakeTime();
  private final MemoryBucket memory = new MemoryBucket(time.clock());
  private final AtomicLong freeOnDisk = new AtomicLong(Long.MAX_VALUE);
  private BoundedBucket bucket = bounded(10 * SIZE, 0);

  private BoundedBucket bounded(long maxBytes, long minFree) {
    try {
      return BoundedBucket.open(
          memory,
          new Bounds(maxBytes, minFree, LEASE),
          new Place(size -> size, freeOnDisk::get, null, () -> true),
          time.clock(),
          time::nanoTime);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void close() throws IOException {
    bucket.close();
  }

  private void store(String key, int size) throws IOException {
    try (BucketWriter writer = bucket.write(key, size)) {
      writer.write(new byte[size], 0, size);
      writer.commit();
    }
  }

  private void store(String... keys) throws IOException {
    for (String key : keys) {
      store(key, SIZE);
    }
  }

  /** Which of them are there, without using them. */
  private Set<String> there(String... keys) {
    return memory.sizes(List.of(keys)).keySet();
  }

  @Test
  void write_intoAFullStore_evictsWhatWasUsedLeastRecently() throws IOException {
    store("a", "b", "c", "d", "e", "f", "g", "h");
    time.pass(LEASE);
    assertEquals(Map.of("a", 100L), bucket.sizes(List.of("a")));
    bucket.read("c", 0).close();
    time.pass(LEASE);

    store("new", 4 * SIZE);

    assertEquals(Set.of("a", "c", "new"), there("a", "b", "c", "new"));
    assertTrue(bucket.occupancy().bytes() <= 10 * SIZE);
    assertTrue(bucket.occupancy().evictedObjects() >= 2, () -> bucket.occupancy().toString());
  }

  @Test
  void write_whileAllIsLeased_isRefused_andTakenWhenTheLeasesEnd() throws IOException {
    store("a", 9 * SIZE);

    assertThrows(StoreFullException.class, () -> store("b", 2 * SIZE));
    assertEquals(Occupancy.State.FULL, bucket.occupancy().state());
    assertEquals(Set.of("a"), there("a", "b"));
    bucket.read("a", 0).close();

    time.pass(LEASE);
    store("b", 2 * SIZE);
    assertEquals(Occupancy.State.OPEN, bucket.occupancy().state());
    assertEquals(Set.of("b"), there("a", "b"));
  }

  @Test
  void write_doesNotEvictWhatWasPromised_untilThePromiseEnds() throws IOException {
    store("promised", 5 * SIZE);
    store("free", 4 * SIZE);
    Duration promise = Duration.ofHours(6);
    assertEquals(Map.of("promised", 500L), bucket.keep(List.of("promised", "absent"), promise));
    time.pass(LEASE);

    store("new", 4 * SIZE);
    assertEquals(Set.of("promised", "new"), there("promised", "free", "new"));
    assertThrows(StoreFullException.class, () -> store("more", 6 * SIZE));

    time.pass(promise.minus(LEASE));
    assertThrows(StoreFullException.class, () -> store("more", 10 * SIZE));
    assertEquals(Set.of("promised"), there("promised"));

    time.pass(promise);
    store("more", 10 * SIZE);
    assertEquals(Set.of("more"), there("promised", "new", "more"));
  }

  @Test
  void keep_again_prolongsThePromise() throws IOException {
    store("promised", 5 * SIZE);
    Duration promise = Duration.ofHours(6);
    bucket.keep(List.of("promised"), promise);
    time.pass(promise);
    bucket.keep(List.of("promised"), promise);
    time.pass(promise.minusSeconds(1));

    assertThrows(StoreFullException.class, () -> store("new", 6 * SIZE));
  }

  @Test
  void write_ofMoreThanTheWholeStore_isRefusedBeforeTheFirstByte() throws IOException {
    store("a");
    time.pass(LEASE);

    assertThrows(StoreFullException.class, () -> bucket.write("b", 11 * SIZE));
    assertEquals(Set.of("a"), there("a"));
  }

  @Test
  void write_thatIsNeverFinished_takesRoomOnlyForWhatCame() throws IOException {
    store("a");
    time.pass(LEASE);
    try (BucketWriter stalled = bucket.write("b", 10 * SIZE)) {
      stalled.write(new byte[SIZE], 0, SIZE);
      assertEquals(2 * SIZE, bucket.occupancy().bytes());
      assertEquals(Set.of("a"), there("a"));
    }
    assertEquals(SIZE, bucket.occupancy().bytes());
  }

  @Test
  void replacingAnObject_countsItOnce() throws IOException {
    store("a", 4 * SIZE);
    store("a", 2 * SIZE);

    assertEquals(2 * SIZE, bucket.occupancy().bytes());
    assertEquals(1, bucket.occupancy().objects());
    assertTrue(bucket.delete("a"));
    assertEquals(0, bucket.occupancy().bytes());
  }

  @Test
  void reader_ofAnEvictedObject_finishes() throws IOException {
    store("a", 5 * SIZE);
    try (InputStream reader = bucket.read("a", 0)) {
      time.pass(LEASE);
      store("b", 9 * SIZE);
      assertEquals(Set.of("b"), there("a", "b"));

      assertEquals(5 * SIZE, reader.readAllBytes().length);
    }
    assertThrows(NoSuchFileException.class, () -> bucket.read("a", 0));
  }

  @Test
  void write_whileTheDiskIsAlmostFull_evictsUntilEnoughIsFree() throws IOException {
    bucket.close();
    bucket = bounded(0, 1000);
    store("a", "b", "c");
    time.pass(LEASE);
    freeOnDisk.set(999);

    assertThrows(StoreFullException.class, () -> store("new"));
    assertEquals(Set.of(), there("a", "b", "c", "new"));

    freeOnDisk.set(5000);
    store("new");
    assertEquals(Set.of("new"), there("new"));
  }

  @Test
  void clockThatIsSet_endsNoLease() throws IOException {
    store("a", 9 * SIZE);
    time.setWall(Duration.ofDays(400));
    assertThrows(StoreFullException.class, () -> store("b", 2 * SIZE));

    time.setWall(Duration.ofDays(-800));
    time.pass(LEASE);
    store("b", 2 * SIZE);
    assertEquals(Set.of("b"), there("a", "b"));
  }

  @Test
  void fullStore_thatHasRoomAgain_saysSoByItself() throws Exception {
    store("a", 9 * SIZE);
    assertThrows(StoreFullException.class, () -> store("b", 2 * SIZE));
    assertTrue(bucket.delete("a"));

    // The housekeeper looks every second.
    for (int i = 0; i < 600 && bucket.occupancy().state() == Occupancy.State.FULL; i++) {
      Thread.sleep(50);
    }
    assertEquals(Occupancy.State.OPEN, bucket.occupancy().state());
  }
}
