// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.elan.bucket.BucketWriter;
import build.please.elan.bucket.MemoryBucket;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bits that flip in the store are found before anybody takes them for the blob (I1, fault 30). */
final class CorruptionTest {
  private final MemoryBucket bucket = new MemoryBucket(Clock.systemUTC());

  /** A store that was just started on a bucket with one blob, of which one bit is wrong. */
  private BlobStore storeWithFlippedBit(byte[] bytes) throws IOException {
    Digest digest = Digest.of(bytes);
    byte[] flipped = bytes.clone();
    flipped[bytes.length / 2] ^= 4;
    try (BucketWriter writer = bucket.write(Keys.blob(digest, Encoding.IDENTITY), 0)) {
      writer.write(flipped);
      writer.commit();
    }
    return BucketCas.of(bucket).blobs();
  }

  @ParameterizedTest
  @CsvSource({"IDENTITY, 0", "IDENTITY, 10", "ZSTD, 0", "ZSTD, 10"})
  void smallBlob_isNotFoundAndDiscarded(Encoding encoding, long offset) throws IOException {
    byte[] bytes = Blobs.random(VerifyingBlobStore.SMALL, 1);
    BlobStore blobs = storeWithFlippedBit(bytes);

    assertThrows(BlobNotFoundException.class, () -> blobs.read(Digest.of(bytes), encoding, offset));

    assertEquals(Set.of(Digest.of(bytes)), blobs.findMissing(Set.of(Digest.of(bytes))));
  }

  @Test
  void readAll_leavesItOut() throws IOException {
    byte[] bytes = Blobs.random(VerifyingBlobStore.SMALL + 1, 1);
    BlobStore blobs = storeWithFlippedBit(bytes);

    assertEquals(Map.of(), blobs.readAll(Set.of(Digest.of(bytes))));
  }

  @Test
  void largeBlob_readFromTheStart_endsInAnErrorBeforeItsLastByte() throws IOException {
    byte[] bytes = Blobs.random(1 << 20, 1);
    BlobStore blobs = storeWithFlippedBit(bytes);
    Digest digest = Digest.of(bytes);

    long got = 0;
    try (InputStream in = blobs.read(digest, Encoding.IDENTITY, 0)) {
      byte[] buffer = new byte[1 << 16];
      while (true) {
        got += in.read(buffer);
      }
    } catch (CorruptBlobException expected) {
      assertTrue(got < bytes.length, "all bytes were handed out");
    }

    assertEquals(Set.of(digest), blobs.findMissing(Set.of(digest)));
  }

  @ParameterizedTest
  @CsvSource({"IDENTITY, 10", "ZSTD, 0", "ZSTD, 10"})
  void largeBlob_readInPartOrPacked_isNotFound(Encoding encoding, long offset) throws IOException {
    byte[] bytes = Blobs.random(1 << 20, 1);
    BlobStore blobs = storeWithFlippedBit(bytes);

    assertThrows(BlobNotFoundException.class, () -> blobs.read(Digest.of(bytes), encoding, offset));
  }

  @Test
  void soundLargeBlob_isServedInPartAfterARestart() throws IOException {
    byte[] bytes = Blobs.random(1 << 20, 1);
    Digest digest = Blobs.store(BucketCas.of(bucket).blobs(), bytes);
    BlobStore restarted = BucketCas.of(bucket).blobs();

    byte[] rest = Blobs.load(restarted, digest, Encoding.IDENTITY, 1 << 19);

    assertArrayEquals(java.util.Arrays.copyOfRange(bytes, 1 << 19, 1 << 20), rest);
  }
}
