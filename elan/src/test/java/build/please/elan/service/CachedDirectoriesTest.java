// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.elan.bucket.FailingBucket;
import build.please.elan.bucket.MemoryBucket;
import build.please.elan.meter.Lookups;
import build.please.elan.store.BucketCas;
import build.please.proto.execution.Directory;
import build.please.proto.execution.SymlinkNode;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class CachedDirectoriesTest {
  private static final long PLENTY = 1 << 20;

  private final FailingBucket bucket = new FailingBucket(new MemoryBucket(Clock.systemUTC()));
  private final BlobStore blobs = BucketCas.of(bucket).blobs();
  private final AtomicLong hits = new AtomicLong();
  private final AtomicLong misses = new AtomicLong();
  private final Lookups lookups =
      (hit, missed) -> {
        hits.addAndGet(hit);
        misses.addAndGet(missed);
      };

  private CachedDirectories caching(int count, long bytes) {
    return new CachedDirectories(blobs, count, bytes, lookups);
  }

  private static Directory directory(int number) {
    return Directory.newBuilder()
        .addSymlinks(SymlinkNode.newBuilder().setName("link").setTarget("to/" + number))
        .build();
  }

  private static ServedDirectory served(int number) throws MalformedException {
    ByteString bytes = directory(number).toByteString();
    return ServedDirectory.of(Digest.of(bytes), bytes);
  }

  private Digest stored(ByteString bytes) throws IOException {
    Digest digest = Digest.of(bytes);
    blobs.writeAll(Map.of(digest, bytes));
    return digest;
  }

  private Digest stored(int number) throws IOException {
    return stored(directory(number).toByteString());
  }

  @Test
  void second_read_isAHit() throws IOException {
    CachedDirectories directories = caching(10, PLENTY);
    Digest digest = stored(1);

    assertEquals(Map.of(digest, served(1)), directories.readAll(Set.of(digest)));
    assertEquals(Map.of(digest, served(1)), directories.readAll(Set.of(digest)));
    assertEquals(1, hits.get());
    assertEquals(1, misses.get());
  }

  @Test
  void someKnownSomeNot_areReadTogether() throws IOException {
    CachedDirectories directories = caching(10, PLENTY);
    Digest known = stored(1);
    directories.readAll(Set.of(known));
    Digest fresh = stored(2);
    Digest absent = Digest.of(ByteString.copyFromUtf8("absent"));

    assertEquals(
        Map.of(known, served(1), fresh, served(2)),
        directories.readAll(Set.of(known, fresh, absent)));
    assertEquals(1, hits.get());
    assertEquals(3, misses.get());
  }

  /** Nobody could fetch its files, and an action cache must not promise them. */
  @Test
  void deleted_isAbsent() throws IOException {
    CachedDirectories directories = caching(10, PLENTY);
    Digest digest = stored(1);
    directories.readAll(Set.of(digest));
    bucket.delete("cas/" + digest.hash().substring(0, 2) + "/" + digest.hash());

    assertEquals(Map.of(), directories.readAll(Set.of(digest)));
    assertEquals(0, hits.get());
  }

  @Test
  void emptyDirectory_isAlwaysThere() throws IOException {
    assertEquals(
        Map.of(Digest.EMPTY, ServedDirectory.EMPTY),
        caching(10, PLENTY).readAll(Set.of(Digest.EMPTY)));
  }

  @Test
  void malformed_isRefusedEachTime() throws IOException {
    CachedDirectories directories = caching(10, PLENTY);
    Digest digest = stored(ByteString.copyFromUtf8("no directory"));
    assertThrows(MalformedException.class, () -> directories.readAll(Set.of(digest)));
    assertThrows(MalformedException.class, () -> directories.readAll(Set.of(digest)));
    assertEquals(0, hits.get());
  }

  @Test
  void number_isBounded() throws IOException {
    assertEquals(4, knownOfTen(caching(4, PLENTY)));
  }

  @Test
  void bytes_areBounded() throws IOException {
    long one = CachedDirectories.weight(served(1));
    assertEquals(3, knownOfTen(caching(1_000_000, 3 * one)));
  }

  @Test
  void none_isNoCache() throws IOException {
    assertEquals(0, knownOfTen(caching(0, PLENTY)));
  }

  private long knownOfTen(CachedDirectories directories) throws IOException {
    List<Digest> all = IntStream.range(0, 10).mapToObj(this::storedUnchecked).toList();
    for (Digest digest : all) {
      directories.readAll(Set.of(digest));
    }
    hits.set(0);
    directories.readAll(Set.copyOf(all));
    return hits.get();
  }

  private Digest storedUnchecked(int number) {
    try {
      return stored(number);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
