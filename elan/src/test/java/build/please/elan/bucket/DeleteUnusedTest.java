// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What of a bounded bucket may be deleted since nobody uses it. */
final class DeleteUnusedTest {
  private static final Duration LEASE = Duration.ofMinutes(2);
  private static final Duration DAY = Duration.ofDays(1);

  private final FakeTime time = new FakeTime();
  private final MemoryBucket memory = new MemoryBucket(time.clock());
  private BoundedBucket bucket;

  @BeforeEach
  void fill() throws IOException {
    bucket = BoundedBuckets.around(memory, new Bounds(1000, 0, LEASE), time);
    for (String key : List.of("old", "read", "asked", "kept", "listed")) {
      store(key);
    }
    time.pass(DAY);
  }

  @AfterEach
  void close() throws IOException {
    bucket.close();
  }

  private void store(String key) throws IOException {
    try (BucketWriter writer = bucket.write(key, 10)) {
      writer.write(new byte[10], 0, 10);
      writer.commit();
    }
  }

  private Instant ago(Duration age) {
    return time.clock().instant().minus(age);
  }

  private Map<String, Instant> lastUses() throws IOException {
    try (Stream<StoredObject> objects = bucket.list("")) {
      return objects.collect(Collectors.toMap(StoredObject::key, StoredObject::lastUse));
    }
  }

  @Test
  void whatWasUsedSince_stays() throws IOException {
    bucket.read("read", 0).close();
    bucket.sizes(List.of("asked"));
    store("new");
    time.pass(LEASE.multipliedBy(2));
    Set<String> all = Set.of("old", "read", "asked", "new", "absent");

    assertEquals(Set.of("old"), bucket.deleteUnused(all, ago(Duration.ofHours(1))));

    assertEquals(Set.of("read", "asked", "new"), bucket.sizes(all).keySet());
    assertEquals(5, bucket.occupancy().objects());
    assertEquals(0, bucket.occupancy().evictedObjects());
  }

  @Test
  void whatIsKept_stays_untilThatEnds() throws IOException {
    bucket.keep(List.of("kept"), Duration.ofHours(6));
    time.pass(Duration.ofHours(5));
    assertEquals(Set.of(), bucket.deleteUnused(List.of("kept"), ago(Duration.ofHours(1))));

    time.pass(Duration.ofHours(6));
    assertEquals(Set.of("kept"), bucket.deleteUnused(List.of("kept"), ago(Duration.ofHours(1))));
  }

  @Test
  void whatIsLeased_stays_whateverTheMoment() throws IOException {
    bucket.read("read", 0).close();
    time.pass(LEASE.dividedBy(2));

    assertEquals(Set.of(), bucket.deleteUnused(List.of("read"), ago(Duration.ZERO)));
  }

  @Test
  void whatIsBeingReplaced_stays() throws IOException {
    try (BucketWriter writer = bucket.write("old", 10)) {
      writer.write(new byte[10], 0, 10);
      writer.commit();
      assertEquals(Set.of(), bucket.deleteUnused(List.of("old"), ago(Duration.ofHours(1))));
    }
  }

  @Test
  void listing_says_whatUseWasLast_andIsNone() throws IOException {
    Instant written = ago(DAY);
    Instant asked = time.clock().instant();
    bucket.sizes(List.of("asked"));
    time.pass(DAY);

    assertEquals(written, lastUses().get("listed"));
    assertEquals(asked, lastUses().get("asked"));
    bucket.unwatched().read("read", 0).close();
    assertEquals(written, lastUses().get("read"));
  }

  @Test
  void whoDoesNotOwnTheStore_deletesNothing() throws IOException {
    BoundedBucket guest =
        BoundedBucket.open(
            memory,
            new Bounds(1000, 0, LEASE),
            new Place(size -> size, () -> Long.MAX_VALUE, null, () -> false),
            time.clock(),
            time::nanoTime);

    assertThrows(
        IOException.class, () -> guest.deleteUnused(List.of("old"), ago(Duration.ofHours(1))));
    assertEquals(Set.of("old"), memory.sizes(List.of("old")).keySet());
  }
}
