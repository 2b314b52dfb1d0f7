// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.StoreFullException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two servers on one directory, of which one owns it. */
@Timeout(120)
final class BoundedSharingTest {
  private static final Duration LEASE = Duration.ofMinutes(2);

  private final FakeTime time = new FakeTime();
  private final AtomicBoolean secondOwns = new AtomicBoolean();
  private final Path root;
  private final BoundedBucket owner;
  private final BoundedBucket other;

  BoundedSharingTest(@TempDir Path root) throws IOException {
    this.root = root;
    owner = open(new AtomicBoolean(true));
    awaitIndex(owner);
    other = open(secondOwns);
  }

  private BoundedBucket open(AtomicBoolean owns) throws IOException {
    return BoundedBucket.open(
        FileBucket.open(root),
        new Bounds(1000, 0, LEASE),
        new Place(
            size -> size,
            () -> Long.MAX_VALUE,
            root.resolve(".elan").resolve("uses.log"),
            owns::get),
        time.clock(),
        time::nanoTime);
  }

  private static void awaitIndex(BoundedBucket bucket) {
    while (bucket.occupancy().state() == Occupancy.State.INDEXING) {
      Thread.onSpinWait();
    }
  }

  @AfterEach
  void close() throws IOException {
    other.close();
    owner.close();
  }

  @Test
  void whatTheOtherPromised_isNotEvictedByTheOwner() throws IOException {
    BoundedBuckets.store(owner, "a", 400);
    BoundedBuckets.store(owner, "b", 400);
    assertEquals(Map.of("b", 400L), other.keep(List.of("b"), Duration.ofHours(6)));
    time.pass(LEASE);

    BoundedBuckets.store(owner, "c", 500);

    assertEquals(Map.of("b", 400L, "c", 500L), owner.sizes(List.of("a", "b", "c")));
    assertThrows(StoreFullException.class, () -> BoundedBuckets.store(owner, "d", 200));
  }

  @Test
  void whatTheOtherWrote_countsForTheOwner_andIsEvictedInItsTurn() throws IOException {
    BoundedBuckets.store(other, "theirs", 900);
    time.pass(LEASE);
    BoundedBuckets.store(owner, "a", 500);
    time.pass(LEASE);
    BoundedBuckets.store(owner, "b", 550);

    assertEquals(Map.of("b", 550L), owner.sizes(List.of("a", "theirs", "b")));
    assertTrue(owner.occupancy().evictedObjects() >= 2, () -> owner.occupancy().toString());
  }

  @Test
  void other_doesNotEvict_untilItOwnsTheStore() throws IOException {
    BoundedBuckets.store(owner, "a", 900);
    time.pass(LEASE.multipliedBy(3));
    BoundedBuckets.store(other, "b", 900);
    assertEquals(Map.of("a", 900L, "b", 900L), other.sizes(List.of("a", "b")));
    time.pass(LEASE);

    secondOwns.set(true);
    awaitIndex(other);
    BoundedBuckets.store(other, "c", 900);

    assertEquals(Map.of("c", 900L), other.sizes(List.of("a", "b", "c")));
  }

  /** The journal is written anew while the other goes on to add to it. */
  @Test
  void promiseOfTheOther_survivesThatTheJournalIsRewritten() throws IOException {
    BoundedBuckets.store(owner, "a", 400);
    BoundedBuckets.store(owner, "b", 400);
    UseJournal journal = UseJournal.open(root.resolve(".elan").resolve("uses.log"));
    other.keep(List.of("a"), Duration.ofHours(6));
    journal.rewrite(() -> List.<Note>of().iterator());
    other.keep(List.of("b"), Duration.ofHours(6));

    List<String> heard = journal.others().stream().map(Note::key).toList();

    assertTrue(heard.containsAll(List.of("a", "b")), heard::toString);
    journal.close();
  }
}
