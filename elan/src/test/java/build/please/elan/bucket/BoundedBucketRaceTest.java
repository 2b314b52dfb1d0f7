// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.StoreFullException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Eviction beside everything else that goes on. */
@Timeout(120)
final class BoundedBucketRaceTest {
  private static final Duration LEASE = Duration.ofMinutes(2);

  private final FakeTime time = new FakeTime();

  private BoundedBucket bounded(Bucket bucket, long maxBytes, @Nullable Path journal)
      throws IOException {
    return BoundedBucket.open(
        bucket,
        new Bounds(maxBytes, 0, LEASE),
        new Place(size -> size, () -> Long.MAX_VALUE, journal, () -> true),
        time.clock(),
        time::nanoTime);
  }

  private static void store(Bucket bucket, String key, int size) throws IOException {
    try (BucketWriter writer = bucket.write(key, size)) {
      writer.write(new byte[size], 0, size);
      writer.commit();
    }
  }

  /** A memory bucket whose deletions wait until they are let go. */
  private static final class SlowToDelete implements Bucket {
    final CountDownLatch deleting = new CountDownLatch(1);
    final CountDownLatch letGo = new CountDownLatch(1);
    private final MemoryBucket memory;

    SlowToDelete(MemoryBucket memory) {
      this.memory = memory;
    }

    @Override
    public boolean delete(String key) {
      deleting.countDown();
      try {
        assertTrue(letGo.await(60, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      return memory.delete(key);
    }

    @Override
    public Map<String, Long> sizes(Collection<String> keys) {
      return memory.sizes(keys);
    }

    @Override
    public InputStream read(String key, long offset) throws IOException {
      return memory.read(key, offset);
    }

    @Override
    public BucketWriter write(String key, long sizeHint) {
      return memory.write(key, sizeHint);
    }

    @Override
    public Stream<StoredObject> list(String prefix) {
      return memory.list(prefix);
    }

    @Override
    public void close() {
      memory.close();
    }
  }

  @Test
  void objectThatIsBeingEvicted_isAbsent_andANewOneInItsPlaceStays() throws Exception {
    SlowToDelete slow = new SlowToDelete(new MemoryBucket(time.clock()));
    ExecutorService pool = Executors.newFixedThreadPool(2);
    try (BoundedBucket bucket = bounded(slow, 1000, null)) {
      store(bucket, "old", 600);
      time.pass(LEASE);
      Future<?> evictor = pool.submit(() -> callStore(bucket, "new", 600));
      assertTrue(slow.deleting.await(60, TimeUnit.SECONDS));

      assertEquals(Map.of(), bucket.sizes(List.of("old")));
      assertEquals(Map.of(), bucket.keep(List.of("old"), Duration.ofHours(1)));
      assertThrows(NoSuchFileException.class, () -> bucket.read("old", 0));
      Future<?> again = pool.submit(() -> callStore(bucket, "old", 100));
      assertFalse(again.isDone());

      slow.letGo.countDown();
      evictor.get(60, TimeUnit.SECONDS);
      again.get(60, TimeUnit.SECONDS);
      assertEquals(Map.of("old", 100L, "new", 600L), bucket.sizes(List.of("old", "new")));
      assertEquals(700, bucket.occupancy().bytes());
    } finally {
      slow.letGo.countDown();
      pool.shutdown();
    }
  }

  private static Void callStore(Bucket bucket, String key, int size) throws IOException {
    store(bucket, key, size);
    return null;
  }

  /** Fault 28: the counter never drifts from what is there. */
  @Test
  void randomWritesEvictionsAndFailures_leaveTheCounterRight(@TempDir Path root)
      throws IOException {
    Random random = new Random(28);
    FileBucket files = FileBucket.open(root);
    try (BoundedBucket bucket = bounded(files, 20_000, root.resolve(".elan").resolve("uses"))) {
      while (bucket.occupancy().state() == Occupancy.State.INDEXING) {
        Thread.onSpinWait();
      }
      for (int i = 0; i < 5_000; i++) {
        String key = "cas/k" + random.nextInt(300);
        int size = random.nextInt(400);
        switch (random.nextInt(8)) {
          case 0 -> bucket.delete(key);
          case 1 -> bucket.keep(List.of(key), Duration.ofMinutes(random.nextInt(20)));
          case 2 -> {
            try (BucketWriter unfinished = bucket.write(key, size)) {
              unfinished.write(new byte[size], 0, size);
            } catch (StoreFullException full) {
              time.pass(LEASE);
            }
          }
          default -> {
            try {
              store(bucket, key, size);
            } catch (StoreFullException full) {
              time.pass(LEASE);
            }
          }
        }
        time.pass(Duration.ofSeconds(random.nextInt(10)));
      }
      assertEquals(onDisk(root), bucket.occupancy().bytes());
      assertTrue(bucket.occupancy().evictedObjects() > 100, "evictions happened");
    }
  }

  private static long onDisk(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root.resolve("cas"))) {
      return all.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  /**
   * Fault 45: a working set of twice the store, many clients, and all the time what was promised is
   * there.
   */
  @Test
  void evictionStorm_makesProgress_andKeepsPromises() throws Exception {
    int clients = 32;
    int rounds = 400;
    ExecutorService pool = Executors.newFixedThreadPool(clients);
    AtomicInteger stored = new AtomicInteger();
    try (BoundedBucket bucket = bounded(new MemoryBucket(time.clock()), 100_000, null)) {
      while (bucket.occupancy().state() == Occupancy.State.INDEXING) {
        Thread.onSpinWait();
      }
      store(bucket, "promised", 10_000);
      bucket.keep(List.of("promised"), Duration.ofDays(300));
      List<Future<?>> all = new ArrayList<>();
      for (int client = 0; client < clients; client++) {
        Random random = new Random(client);
        all.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < rounds; i++) {
                    String key = "k" + random.nextInt(200);
                    try {
                      store(bucket, key, 1000);
                      stored.incrementAndGet();
                    } catch (StoreFullException full) {
                      time.pass(LEASE);
                    }
                    if (random.nextInt(20) == 0) {
                      time.pass(LEASE);
                    }
                    assertEquals(Map.of("promised", 10_000L), bucket.sizes(List.of("promised")));
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get(60, TimeUnit.SECONDS);
      }
      assertTrue(stored.get() > clients * rounds / 4, () -> "only " + stored + " stored");
      assertTrue(bucket.occupancy().bytes() <= 100_000, () -> bucket.occupancy().toString());
    } finally {
      pool.shutdown();
    }
  }
}
