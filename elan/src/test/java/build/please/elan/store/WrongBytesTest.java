// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.BlobRejectedException;
import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.elan.bucket.MemoryBucket;
import java.io.IOException;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bytes that are not what their digest says never become visible (BSW-09, BSW-10). */
final class WrongBytesTest {
  private final MemoryBucket bucket = new MemoryBucket(Clock.systemUTC());
  private final BlobStore blobs = BucketCas.of(bucket).blobs();
  private final byte[] right = Blobs.random(100_000, 1);
  private final Digest digest = Digest.of(right);

  private void assertRejected(Encoding encoding, byte[] identity) {
    byte[] bytes = encoding == Encoding.ZSTD ? Blobs.zstd(identity) : identity;
    assertThrows(BlobRejectedException.class, () -> Blobs.store(blobs, digest, encoding, bytes));
    assertNothingStored();
  }

  private void assertNothingStored() {
    assertTrue(bucket.list("").findAny().isEmpty());
  }

  @ParameterizedTest
  @EnumSource(Encoding.class)
  void write_otherBytes_isRejected(Encoding encoding) {
    assertRejected(encoding, Blobs.random(right.length, 2));
  }

  @ParameterizedTest
  @EnumSource(Encoding.class)
  void write_oneByteShort_isRejected(Encoding encoding) {
    assertRejected(encoding, Arrays.copyOf(right, right.length - 1));
  }

  @ParameterizedTest
  @EnumSource(Encoding.class)
  void write_oneByteMore_isRejected(Encoding encoding) {
    assertRejected(encoding, Arrays.copyOf(right, right.length + 1));
  }

  @Test
  void write_noZstd_isRejected() {
    assertThrows(
        BlobRejectedException.class, () -> Blobs.store(blobs, digest, Encoding.ZSTD, right));
    assertNothingStored();
  }

  @Test
  void write_truncatedZstd_isRejected() {
    byte[] packed = Blobs.zstd(right);
    assertThrows(
        BlobRejectedException.class,
        () -> Blobs.store(blobs, digest, Encoding.ZSTD, Arrays.copyOf(packed, packed.length - 1)));
    assertNothingStored();
  }

  @Test
  void write_zstdBomb_isStoppedAfterOneBuffer() throws IOException {
    byte[] bomb = Blobs.zstd(new byte[256 << 20]);
    try (BlobSink sink = blobs.write(digest, Encoding.ZSTD)) {
      assertThrows(BlobRejectedException.class, () -> sink.write(bomb));
    }
    assertNothingStored();
  }

  @ParameterizedTest
  @EnumSource(Encoding.class)
  void digest_withAnotherSize_isNotPresent(Encoding encoding) throws IOException {
    Blobs.store(blobs, digest, encoding, encoding == Encoding.ZSTD ? Blobs.zstd(right) : right);
    Digest longer = new Digest(digest.hash(), digest.size() + 1);
    Digest shorter = new Digest(digest.hash(), digest.size() - 1);

    assertEquals(Set.of(longer, shorter), blobs.findMissing(List.of(digest, longer, shorter)));
  }
}
