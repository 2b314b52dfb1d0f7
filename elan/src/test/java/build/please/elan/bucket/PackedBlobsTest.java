// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.HashFunction;
import build.please.common.cas.StoreFullException;
import build.please.elan.faultyfs.Faults;
import build.please.elan.faultyfs.Operation;
import build.please.elan.packed.Durability;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many blobs of a packed store in one step. */
final class PackedBlobsTest {
  /** Segments of its least size, 128 KiB. */
  private static final Bounds SMALL = new Bounds(4 << 20, 0, Duration.ZERO);

  @TempDir Path root;
  private final Faults faults = new Faults();
  private final Random random = new Random(3);
  private final AtomicLong nanos = new AtomicLong();
  private Bucket bucket;
  private BulkBlobs blobs;

  @BeforeEach
  void open() throws IOException {
    open(Durability.NONE);
  }

  private void open(Durability durability) throws IOException {
    bucket =
        new PackedBucket(
            PackedStore.open(
                faults.faulty(root),
                new PackedStore.Config(
                    durability, SMALL, Clock.systemUTC(), nanos::get, BootId.current())));
    blobs = bucket.inBulk().orElseThrow();
  }

  @AfterEach
  void close() throws IOException {
    faults.recover();
    bucket.close();
  }

  private void restart(Durability durability) throws IOException {
    bucket.close();
    open(durability);
  }

  private Map<Digest, ByteString> some(int count, int size) {
    Map<Digest, ByteString> some = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      byte[] bytes = new byte[size + i];
      random.nextBytes(bytes);
      some.put(Digest.of(bytes), ByteString.copyFrom(bytes));
    }
    return some;
  }

  private static String key(String kind, Digest digest) {
    return kind + digest.hash().substring(0, 2) + "/" + digest.hash();
  }

  private static long[] sizes(Map<Digest, ByteString> all) {
    return all.keySet().stream().mapToLong(Digest::size).toArray();
  }

  private static Map<String, Long> byKey(Map<Digest, ByteString> all) {
    Map<String, Long> sizes = new LinkedHashMap<>();
    all.keySet().forEach(digest -> sizes.put(key("cas/", digest), digest.size()));
    return sizes;
  }

  /** More than a write holds, and more than a segment. */
  @ParameterizedTest
  @EnumSource(Durability.class)
  void whatIsWritten_isThere_alsoByKey_andAfterARestart(Durability durability) throws IOException {
    restart(durability);
    Map<Digest, ByteString> all = some(300, 1000);

    blobs.write(all);

    for (int run = 0; run < 2; run++) {
      assertEquals(all, blobs.read(all.keySet()));
      assertArrayEquals(sizes(all), blobs.sizes(List.copyOf(all.keySet()), Encoding.IDENTITY));
      assertEquals(byKey(all), bucket.sizes(byKey(all).keySet()));
      restart(durability);
    }
    assertTrue(segments() > 2, "all in few segments");
  }

  private long segments() throws IOException {
    try (Stream<Path> files = Files.list(PackedStore.segments(root))) {
      return files.filter(file -> file.toString().endsWith(".segment")).count();
    }
  }

  @Test
  void largeOnes_becomeFiles_andAreFoundByTheirSize() throws IOException {
    Map<Digest, ByteString> all = some(3, 65_535);

    blobs.write(all);

    List<Digest> digests = List.copyOf(all.keySet());
    assertArrayEquals(sizes(all), blobs.sizes(digests, Encoding.IDENTITY));
    assertTrue(bucket.file(key("cas/", digests.get(1))).isEmpty());
    assertTrue(bucket.file(key("cas/", digests.get(2))).isPresent());
    assertEquals(all.keySet().size() - 1, blobs.read(digests).size(), "files are for others");
  }

  @Test
  void absentOnes_haveNoSize_andAreLeftOut() throws IOException {
    Digest there = some(1, 10).keySet().iterator().next();
    blobs.write(Map.of(there, ByteString.copyFrom(new byte[10])));
    Digest absent = Digest.of(new byte[] {1});
    Digest otherSize = new Digest(there.hash(), 11);
    Digest otherFunction = new Digest(HashFunction.BLAKE3, there.hash(), 10);

    assertArrayEquals(
        new long[] {-1, 10, 10, -1},
        blobs.sizes(List.of(absent, there, otherSize, otherFunction), Encoding.IDENTITY));
    assertArrayEquals(new long[] {-1}, blobs.sizes(List.of(there), Encoding.ZSTD));
    assertEquals(
        Map.of(there, ByteString.copyFrom(new byte[10])),
        blobs.read(List.of(absent, otherSize, there, otherFunction)));
  }

  @Test
  void fileOfTheSameName_goes() throws IOException {
    Map<Digest, ByteString> one = some(1, 100);
    String key = key("cas/", one.keySet().iterator().next());
    try (BucketWriter writer = bucket.write(key, 0)) {
      writer.write(new byte[70_000]);
      writer.commit();
    }

    blobs.write(one);

    assertTrue(Files.notExists(root.resolve(key)));
    assertEquals(byKey(one), bucket.sizes(List.of(key)));
  }

  @Test
  void fullDisk_isSaidSo_andNothingOfThatIsThere() throws IOException {
    Map<Digest, ByteString> before = some(5, 1000);
    blobs.write(before);
    Map<Digest, ByteString> more = some(50, 1000);
    faults.fail(Operation.WRITE, "No space left on device");

    assertInstanceOf(
        StoreFullException.class, assertThrows(IOException.class, () -> blobs.write(more)));

    assertEquals(Map.of(), blobs.read(more.keySet()));
    faults.recover();
    blobs.write(more);
    restart(Durability.NONE);
    assertEquals(more, blobs.read(more.keySet()));
    assertEquals(before, blobs.read(before.keySet()));
  }

  /** None of them was promised to be on disk, so none is there. */
  @ParameterizedTest
  @EnumSource(names = {"GROUP", "ALWAYS"})
  void forceThatFails_isAcknowledgedToNobody(Durability durability) throws IOException {
    restart(durability);
    Map<Digest, ByteString> all = some(20, 1000);
    faults.failNth(Operation.FORCE, 1, Faults.IO_ERROR);

    assertThrows(IOException.class, () -> blobs.write(all));

    assertEquals(Map.of(), blobs.read(all.keySet()));
    faults.recover();
    blobs.write(all);
    assertEquals(all, blobs.read(all.keySet()));
  }

  @Test
  void looksAndReads_areUses() throws IOException {
    Map<Digest, ByteString> all = some(10, 1000);
    blobs.write(all);
    List<Digest> digests = List.copyOf(all.keySet());
    nanos.addAndGet(Duration.ofHours(2).toNanos());

    blobs.sizes(digests.subList(0, 3), Encoding.IDENTITY);
    blobs.read(digests.subList(3, 5));

    Set<String> unused = byKey(all).keySet();
    digests.subList(0, 5).forEach(digest -> unused.remove(key("cas/", digest)));
    assertEquals(
        unused, bucket.deleteUnused(byKey(all).keySet(), Instant.now().plus(Duration.ofHours(1))));
    assertEquals(5, blobs.read(digests).size());
  }
}
