// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import build.please.common.cas.ActionCache.Replace;
import build.please.common.cas.BlobRejectedException;
import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.elan.bucket.Bounds;
import build.please.elan.bucket.FailingBucket;
import build.please.elan.bucket.MemoryBucket;
import build.please.proto.execution.ActionResult;
import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The policies of a store that a flag turns on. */
final class StorePoliciesTest {
  private static final byte[] BYTES = new byte[1000];
  private static final Digest DIGEST = Digest.of(BYTES);
  private static final Digest ACTION = Digest.of(new byte[] {42});

  private final FailingBucket bucket = new FailingBucket(new MemoryBucket(Clock.systemUTC()));

  private static StoreConfig config(
      long maxBlob,
      StoreConfig.MemoryTier memory,
      StoreConfig.Compressed compressed,
      StoreConfig.Results results) {
    return new StoreConfig(
        Bounds.NONE, Duration.ofHours(6), maxBlob, 0, memory, compressed, results);
  }

  private Cas cas(long maxBlob) {
    return BucketCas.of(
        bucket,
        config(
            maxBlob,
            StoreConfig.MemoryTier.NONE,
            StoreConfig.Compressed.AS_IT_CAME,
            StoreConfig.Results.NEWEST));
  }

  private static byte[] read(BlobStore blobs, Encoding encoding, long offset) throws IOException {
    try (InputStream in = blobs.read(DIGEST, encoding, offset)) {
      return in.readAllBytes();
    }
  }

  @Test
  void maxBlobSize_refusesLargerOnes_andServesThoseThatAreThere() throws IOException {
    Blobs.store(cas(1000).blobs(), BYTES);
    BlobStore smaller = cas(999).blobs();

    assertThrows(BlobRejectedException.class, () -> smaller.write(DIGEST, Encoding.IDENTITY));
    assertThrows(BlobRejectedException.class, () -> smaller.write(DIGEST, Encoding.ZSTD));
    assertArrayEquals(BYTES, read(smaller, Encoding.IDENTITY, 0));
  }

  @Test
  void storeCompressedNever_leavesPlainObjectsOnly_readableEitherWay() throws IOException {
    BlobStore blobs =
        BucketCas.of(
                bucket,
                config(
                    0,
                    StoreConfig.MemoryTier.NONE,
                    StoreConfig.Compressed.DECODED,
                    StoreConfig.Results.NEWEST))
            .blobs();
    try (BlobSink sink = blobs.write(DIGEST, Encoding.ZSTD)) {
      sink.write(Zstd.compress(BYTES));
      sink.commit();
    }

    assertEquals(
        Set.of(Keys.blob(DIGEST, Encoding.IDENTITY)),
        bucket
            .sizes(List.of(Keys.blob(DIGEST, Encoding.IDENTITY), Keys.blob(DIGEST, Encoding.ZSTD)))
            .keySet());
    assertArrayEquals(BYTES, read(blobs, Encoding.IDENTITY, 0));
    assertArrayEquals(BYTES, Zstd.decompress(read(blobs, Encoding.ZSTD, 0), 1000));
  }

  @Test
  void storeCompressedNever_refusesWrongBytes() throws IOException {
    BlobStore blobs =
        BucketCas.of(
                bucket,
                config(
                    0,
                    StoreConfig.MemoryTier.NONE,
                    StoreConfig.Compressed.DECODED,
                    StoreConfig.Results.NEWEST))
            .blobs();
    byte[] packed = Zstd.compress(BYTES);
    for (byte[] wrong : List.of(Zstd.compress(new byte[999]), Arrays.copyOf(packed, 9))) {
      try (BlobSink sink = blobs.write(DIGEST, Encoding.ZSTD)) {
        assertThrows(
            BlobRejectedException.class,
            () -> {
              sink.write(wrong);
              sink.commit();
            });
      }
    }
    assertEquals(Set.of(DIGEST), blobs.findMissing(List.of(DIGEST)));
  }

  @Test
  void memoryTier_servesWhatWasRead_withoutTheStore() throws IOException {
    BlobStore blobs =
        BucketCas.of(
                bucket,
                config(
                    0,
                    new StoreConfig.MemoryTier(100_000, 1000),
                    StoreConfig.Compressed.AS_IT_CAME,
                    StoreConfig.Results.NEWEST))
            .blobs();
    Blobs.store(blobs, BYTES);
    byte[] larger = new byte[1001];
    Blobs.store(blobs, larger);
    assertArrayEquals(BYTES, read(blobs, Encoding.IDENTITY, 0));
    assertEquals(2, blobs.readAll(List.of(DIGEST, Digest.of(larger))).size());

    bucket.fail();

    assertArrayEquals(BYTES, read(blobs, Encoding.IDENTITY, 0));
    assertEquals(300, read(blobs, Encoding.IDENTITY, 700).length);
    assertThrows(
        IOException.class, () -> blobs.read(Digest.of(larger), Encoding.IDENTITY, 0).close());
    // Presence is the store's to say, never the memory's.
    assertThrows(IOException.class, () -> blobs.findMissing(List.of(DIGEST)));
  }

  @Test
  void keepFirst_answersWithTheFirstResult_unlessTheCallerInsists() throws IOException {
    Cas cas =
        BucketCas.of(
            bucket,
            config(
                0,
                StoreConfig.MemoryTier.NONE,
                StoreConfig.Compressed.AS_IT_CAME,
                StoreConfig.Results.FIRST));
    ActionResult first = ActionResult.newBuilder().setExitCode(1).build();
    ActionResult second = ActionResult.newBuilder().setExitCode(2).build();

    assertEquals(first, cas.actions().put(ACTION, first, Replace.UNLESS_WORSE));
    assertEquals(first, cas.actions().put(ACTION, second, Replace.UNLESS_WORSE));
    assertEquals(Optional.of(first), cas.actions().find(ACTION));
    assertEquals(second, cas.actions().put(ACTION, second, Replace.ALWAYS));
    assertEquals(Optional.of(second), cas.actions().find(ACTION));
  }

  @Test
  void knownBlobs_areAskedForOnce_untilTheTimeIsOver_andAbsentOnesAlways() throws IOException {
    AtomicLong nanos = new AtomicLong();
    List<Integer> lookups = new ArrayList<>();
    ExistenceCachingBlobStore blobs =
        new ExistenceCachingBlobStore(
            cas(0).blobs(),
            10,
            Duration.ofMinutes(1),
            nanos::get,
            (hits, misses) -> lookups.addAll(List.of(hits, misses)));
    assertEquals(Set.of(DIGEST), blobs.findMissing(List.of(DIGEST)));
    Blobs.store(cas(0).blobs(), BYTES);
    assertEquals(Set.of(), blobs.findMissing(List.of(DIGEST)));
    bucket.fail();
    assertEquals(Set.of(), blobs.findMissing(List.of(DIGEST, DIGEST)));
    assertEquals(List.of(0, 1, 0, 1, 2, 0), lookups);

    nanos.set(Duration.ofMinutes(1).toNanos());
    assertThrows(IOException.class, () -> blobs.findMissing(List.of(DIGEST)));

    bucket.recover();
    assertEquals(Set.of(), blobs.findMissing(List.of(DIGEST)));
    blobs.forget(DIGEST);
    bucket.fail();
    assertThrows(IOException.class, () -> blobs.findMissing(List.of(DIGEST)));
  }

  /** A blob found corrupt on disk is missing at once, though its presence was remembered. */
  @Test
  void knownBlob_thatIsFoundCorrupt_isForgotten() throws IOException {
    BlobStore blobs =
        BucketCas.of(
                bucket,
                new StoreConfig(
                    Bounds.NONE,
                    Duration.ofHours(6),
                    0,
                    100,
                    StoreConfig.MemoryTier.DEFAULT,
                    StoreConfig.Compressed.AS_IT_CAME,
                    StoreConfig.Results.NEWEST))
            .blobs();
    Blobs.store(blobs, BYTES);
    assertEquals(Set.of(), blobs.findMissing(List.of(DIGEST)));
    try (var writer = bucket.write(Keys.blob(DIGEST, Encoding.IDENTITY), 1000)) {
      byte[] wrong = BYTES.clone();
      wrong[7] = 1;
      writer.write(wrong, 0, 1000);
      writer.commit();
    }

    assertThrows(IOException.class, () -> read(blobs, Encoding.IDENTITY, 0));
    assertEquals(Set.of(DIGEST), blobs.findMissing(List.of(DIGEST)));
  }
}
