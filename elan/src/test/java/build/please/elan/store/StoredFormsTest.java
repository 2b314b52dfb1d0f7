// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.elan.bucket.BucketWriter;
import build.please.elan.bucket.MemoryBucket;
import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A blob is readable in every form, whichever it was stored in (BSR-06, BSR-09). */
final class StoredFormsTest {
  private final MemoryBucket bucket = new MemoryBucket(Clock.systemUTC());
  private BlobStore blobs = BucketCas.of(bucket).blobs();

  private static byte[] unpack(byte[] zstd, int size) {
    return size == 0 ? new byte[0] : Zstd.decompress(zstd, size);
  }

  @ParameterizedTest
  @CsvSource({
    "IDENTITY, 300000",
    "ZSTD, 300000",
    "IDENTITY, 1000",
    "ZSTD, 1000",
    "IDENTITY, 1",
    "ZSTD, 1"
  })
  void read_anyFormAtAnyOffset_yieldsTheRest(Encoding stored, int size) throws IOException {
    byte[] bytes = Blobs.random(size, 7);
    Digest digest = Digest.of(bytes);
    Blobs.store(blobs, digest, stored, stored == Encoding.ZSTD ? Blobs.zstd(bytes) : bytes);
    // As after a restart, when nothing is remembered.
    BlobStore restarted = BucketCas.of(bucket).blobs();

    for (BlobStore store : List.of(blobs, restarted)) {
      assertEquals(Set.of(), store.findMissing(Set.of(digest)));
      for (int offset : new int[] {0, 1, size / 2, size - 1, size}) {
        byte[] rest = Arrays.copyOfRange(bytes, offset, size);
        assertArrayEquals(rest, Blobs.load(store, digest, Encoding.IDENTITY, offset));
        byte[] packed = Blobs.load(store, digest, Encoding.ZSTD, offset);
        assertArrayEquals(rest, unpack(packed, rest.length));
      }
    }
  }

  @Test
  void zstd_isStoredAsItCameUnderItsOwnKey() throws IOException {
    byte[] bytes = Blobs.random(5000, 3);
    Digest digest = Digest.of(bytes);
    byte[] packed = Zstd.compress(bytes, 19);

    Blobs.store(blobs, digest, Encoding.ZSTD, packed);

    String key = "zstd_cas/" + digest.hash().substring(0, 2) + "/" + digest.hash();
    assertArrayEquals(packed, bucket.read(key, 0).readAllBytes());
  }

  @Test
  void identity_isStoredUnderItsKey() throws IOException {
    byte[] bytes = Blobs.random(5000, 4);
    Digest digest = Blobs.store(blobs, bytes);

    String key = "cas/" + digest.hash().substring(0, 2) + "/" + digest.hash();
    assertArrayEquals(bytes, bucket.read(key, 0).readAllBytes());
  }

  @Test
  void emptyBlob_isAlwaysThereAndNeverStored() throws IOException {
    Blobs.store(blobs, Digest.EMPTY, Encoding.IDENTITY, new byte[0]);
    Blobs.store(blobs, Digest.EMPTY, Encoding.ZSTD, Blobs.zstd(new byte[0]));

    assertEquals(Set.of(), blobs.findMissing(List.of(Digest.EMPTY)));
    assertArrayEquals(new byte[0], Blobs.load(blobs, Digest.EMPTY, Encoding.IDENTITY, 0));
    assertEquals(
        0, Zstd.getFrameContentSize(Blobs.zstd(new byte[0])), "an empty frame, to compare with");
    assertArrayEquals(
        new byte[0], Zstd.decompress(Blobs.load(blobs, Digest.EMPTY, Encoding.ZSTD, 0), 0));
    assertEquals(0, bucket.list("").count());
  }

  @Test
  void read_absent_isNotFound() {
    Digest absent = Digest.of(new byte[] {1});
    for (Encoding encoding : Encoding.values()) {
      assertThrows(BlobNotFoundException.class, () -> blobs.read(absent, encoding, 0));
    }
  }

  @Test
  void shortObject_asAPowerCutLeavesIt_isMissing() throws IOException {
    Digest digest = Digest.of(new byte[] {1, 2, 3});
    try (BucketWriter writer = bucket.write(Keys.blob(digest, Encoding.IDENTITY), 0)) {
      writer.write(new byte[] {1, 2});
      writer.commit();
    }
    assertEquals(Set.of(digest), blobs.findMissing(Set.of(digest)));
    assertThrows(BlobNotFoundException.class, () -> blobs.read(digest, Encoding.IDENTITY, 0));

    // And it can be uploaded again.
    blobs = BucketCas.of(bucket).blobs();
    Blobs.store(blobs, new byte[] {1, 2, 3});
    assertEquals(Set.of(), blobs.findMissing(Set.of(digest)));
  }
}
