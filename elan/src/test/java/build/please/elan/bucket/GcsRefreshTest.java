// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.rpc.Threads;
import build.please.elan.fakegcs.Call;
import build.please.elan.fakegcs.FakeGcs;
import build.please.elan.fakegcs.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is in use is not old, whatever a lifecycle rule may think of the day it was written. */
@Timeout(60)
final class GcsRefreshTest {
  private static final String KEY = "cas/ab/abcdef";
  private static final Duration PROMISE = Duration.ofHours(6);

  @TempDir Path directory;
  private final FakeTime time = new FakeTime();
  private FakeGcs cloud;
  private Bucket bucket;
  private long patches;

  @BeforeEach
  void open() throws IOException {
    cloud = FakeGcs.start("builds", directory, time.clock());
    bucket = GcsBuckets.open(cloud, "builds", "", time.clock());
    store(KEY);
    patches = cloud.calls(Call.PATCH);
  }

  @AfterEach
  void close() throws IOException {
    bucket.close();
    cloud.close();
  }

  private void store(String key) throws IOException {
    try (BucketWriter writer = bucket.write(key, 3)) {
      writer.write(new byte[3]);
      writer.commit();
    }
  }

  private long refreshed() {
    return cloud.calls(Call.PATCH) - patches;
  }

  @Test
  void write_setsTheTime() {
    assertEquals(time.clock().instant(), cloud.customTime(KEY));
  }

  @Test
  void looks_withinThePeriod_costNothing() throws IOException {
    time.pass(Duration.ofHours(23));

    bucket.keep(List.of(KEY), PROMISE);
    bucket.sizes(List.of(KEY));

    assertEquals(0, refreshed());
  }

  @Test
  void lookAfterThePeriod_renews_once() throws IOException {
    time.pass(Duration.ofHours(25));
    for (int i = 0; i < 3; i++) {
      assertEquals(Map.of(KEY, 3L), bucket.keep(List.of(KEY), PROMISE));
    }

    assertEquals(1, refreshed());
    assertEquals(time.clock().instant(), cloud.customTime(KEY));

    time.pass(Duration.ofHours(25));
    bucket.sizes(List.of(KEY));
    assertEquals(2, refreshed());
  }

  @Test
  void manyLooksAtOnce_renewOnce() throws Exception {
    time.pass(Duration.ofHours(25));
    ExecutorService threads = Threads.pool("looks", 8);
    List<Future<?>> looks = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      looks.add(threads.submit(() -> bucket.keep(List.of(KEY), PROMISE)));
    }
    for (Future<?> look : looks) {
      look.get();
    }
    Threads.close(threads, Duration.ofSeconds(10));

    assertEquals(1, refreshed());
  }

  @Test
  void manyObjects_areRenewedInBatches() throws IOException {
    List<String> keys = IntStream.range(0, 230).mapToObj(i -> "cas/ab/" + (1000 + i)).toList();
    for (String key : keys) {
      cloud.put(key, new byte[3]);
    }
    time.pass(Duration.ofHours(25));
    long before = cloud.calls(Call.BATCH);

    assertEquals(230, bucket.keep(keys, PROMISE).size());

    assertEquals(230, refreshed());
    assertEquals(6, cloud.calls(Call.BATCH) - before);
  }

  @Test
  void objectDeletedBetweenLookAndRenewal_isAbsent() throws IOException {
    time.pass(Duration.ofHours(25));
    FakeGcs there = cloud;
    there.onNext(Call.PATCH, () -> there.remove(KEY));

    assertEquals(Map.of(), bucket.keep(List.of(KEY), PROMISE));
  }

  /** Else a result would be served on blobs that are about to go. */
  @Test
  void renewalThatFails_isAnOutage() throws IOException {
    time.pass(Duration.ofHours(25));
    cloud.faults().always(Call.PATCH, Fault.FORBIDDEN);

    assertThrows(IOException.class, () -> bucket.keep(List.of(KEY), PROMISE));

    cloud.faults().clear();
    assertEquals(Map.of(KEY, 3L), bucket.keep(List.of(KEY), PROMISE));
    assertEquals(time.clock().instant(), cloud.customTime(KEY));
  }

  /** It was about to go; nobody wants to send it only to see it deleted. */
  @Test
  void writeOfWhatIsThere_renewsIt() throws IOException {
    time.pass(Duration.ofDays(20));

    store(KEY);

    assertEquals(time.clock().instant(), cloud.customTime(KEY));
  }

  @Test
  void listing_countsARenewalAsAWrite() throws IOException {
    time.pass(Duration.ofDays(2));
    bucket.sizes(List.of(KEY));

    try (var all = bucket.list("")) {
      assertEquals(List.of(time.clock().instant()), all.map(StoredObject::lastUse).toList());
    }
  }

  @Test
  void sweep_takesWhatWasNotUsed_andCannotHaveBeen() throws IOException {
    store("cas/ab/used");
    store("cas/ab/seen");
    time.pass(Duration.ofDays(3));
    store("cas/ab/new");
    bucket.sizes(List.of("cas/ab/used"));
    bucket.unwatched().sizes(List.of("cas/ab/seen"));
    bucket.unwatched().read("cas/ab/seen", 0).close();
    List<String> all = List.of(KEY, "cas/ab/used", "cas/ab/seen", "cas/ab/new", "cas/ab/none");

    time.pass(Duration.ofHours(1));
    assertEquals(Set.of(KEY, "cas/ab/seen"), bucket.deleteUnused(all, time.clock().instant()));

    assertEquals(Set.of("cas/ab/used", "cas/ab/new"), bucket.sizes(all).keySet());
    // A day later a use of the last day might have left no trace.
    time.pass(Duration.ofHours(23));
    assertEquals(Set.of(), bucket.deleteUnused(all, time.clock().instant()));
  }

  @Test
  void objectUsedWhileItIsSwept_stays() throws IOException {
    time.pass(Duration.ofDays(3));
    Bucket other = GcsBuckets.open(cloud, "builds", "", time.clock());
    cloud.onNext(Call.DELETE, () -> assertSees(other));

    assertEquals(Set.of(), bucket.deleteUnused(List.of(KEY), time.clock().instant()));

    assertEquals(Set.of(KEY), bucket.sizes(List.of(KEY)).keySet());
    other.close();
  }

  private static void assertSees(Bucket bucket) {
    try {
      assertEquals(Set.of(KEY), bucket.sizes(List.of(KEY)).keySet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void period_isADay_orThePromise() {
    assertEquals(Duration.ofDays(1), period(PROMISE));
    assertEquals(Duration.ofDays(3), period(Duration.ofDays(3)));
    assertTrue(period(Duration.ofSeconds(1)).compareTo(Duration.ofDays(1)) == 0);
  }

  private Duration period(Duration promise) {
    return GcsConfig.of("builds", "", promise, "", time.clock()).refreshAfter();
  }
}
