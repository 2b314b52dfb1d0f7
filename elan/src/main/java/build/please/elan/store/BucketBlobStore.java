// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.CorruptZstdException;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.LocalFile;
import build.please.common.cas.ZstdDecodedStream;
import build.please.common.cas.ZstdEncodingStream;
import build.please.elan.bucket.Bucket;
import build.please.elan.bucket.BucketWriter;
import build.please.elan.bucket.BulkBlobs;
import com.google.protobuf.ByteString;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blobs as objects of a bucket: {@code cas/} as they are, {@code zstd_cas/} as zstd. A blob may be
 * there in either form or in both, and is read in any.
 *
 * <p>Checks lengths, not hashes: that is {@link VerifyingBlobStore}'s part.
 */
final class BucketBlobStore implements BlobStore {
  private static final Logger log = LoggerFactory.getLogger(BucketBlobStore.class);
  private static final long ABSENT = -1;

  private final Bucket bucket;
  private final Optional<BulkBlobs> bulk;
  private final StoreConfig.Compressed compressed;
  private final PackedSizes packedSizes = new PackedSizes();
  private final LongAdder corrupt = new LongAdder();

  BucketBlobStore(Bucket bucket, StoreConfig.Compressed compressed) {
    this.bucket = bucket;
    this.bulk = bucket.inBulk();
    this.compressed = compressed;
  }

  /** Asks the bucket about objects; as {@link BulkBlobs#sizes}. */
  @FunctionalInterface
  private interface Look {
    long[] sizes(List<Digest> digests, Encoding encoding) throws IOException;
  }

  /** The same about keys; as {@link Bucket#sizes}. */
  @FunctionalInterface
  private interface KeyLook {
    Map<String, Long> sizes(Collection<String> keys) throws IOException;
  }

  @Override
  public Set<Digest> findMissing(Collection<Digest> digests) throws IOException {
    return bulk.isPresent()
        ? missing(digests, bulk.get()::sizes)
        : missing(digests, byKey(bucket::sizes));
  }

  @Override
  public Set<Digest> keep(Collection<Digest> digests, Duration time) throws IOException {
    return missing(digests, byKey(keys -> bucket.keep(keys, time)));
  }

  private static Look byKey(KeyLook look) {
    return (digests, encoding) -> {
      List<String> keys = digests.stream().map(digest -> Keys.blob(digest, encoding)).toList();
      Map<String, Long> sizes = look.sizes(keys);
      return keys.stream().mapToLong(key -> sizes.getOrDefault(key, ABSENT)).toArray();
    };
  }

  private Set<Digest> missing(Collection<Digest> digests, Look look) throws IOException {
    List<Digest> asked = digests instanceof List<Digest> list ? list : List.copyOf(digests);
    long[] plain = look.sizes(asked, Encoding.IDENTITY);
    Set<Digest> missing = new LinkedHashSet<>();
    for (int i = 0; i < plain.length; i++) {
      if (plain[i] != asked.get(i).size()) {
        missing.add(asked.get(i));
      }
    }
    if (missing.isEmpty()) {
      return missing;
    }
    List<Digest> others = List.copyOf(missing);
    long[] packed = look.sizes(others, Encoding.ZSTD);
    for (int i = 0; i < packed.length; i++) {
      if (packed[i] != ABSENT && isPacked(others.get(i))) {
        missing.remove(others.get(i));
      }
    }
    return missing;
  }

  @Override
  public boolean isBulk() {
    return bulk.isPresent();
  }

  @Override
  public Map<Digest, ByteString> readAll(Collection<Digest> digests) throws IOException {
    if (bulk.isEmpty()) {
      return BlobStore.super.readAll(digests);
    }
    Map<Digest, ByteString> found = bulk.get().read(digests);
    List<Digest> others = new ArrayList<>(0);
    for (Digest digest : digests) {
      if (!found.containsKey(digest)) {
        others.add(digest);
      }
    }
    if (!others.isEmpty()) {
      found.putAll(BlobStore.super.readAll(others));
    }
    return found;
  }

  @Override
  public void writeAll(Map<Digest, ByteString> blobs) throws IOException {
    if (bulk.isPresent()) {
      bulk.get().write(blobs);
    } else {
      BlobStore.super.writeAll(blobs);
    }
  }

  @Override
  public InputStream read(Digest digest, Encoding encoding, long offset) throws IOException {
    Encoding stored = locate(digest, encoding).orElseThrow(() -> new BlobNotFoundException(digest));
    String key = Keys.blob(digest, stored);
    try {
      if (stored == Encoding.IDENTITY) {
        return encode(exact(bucket.read(key, offset), digest, offset), encoding);
      }
      if (encoding == Encoding.ZSTD && offset == 0) {
        return whole(key);
      }
      InputStream packed = bucket.read(key, 0);
      InputStream decoded = new ZstdDecodedStream(packed);
      try {
        decoded.skipNBytes(offset);
      } catch (IOException | RuntimeException e) {
        decoded.close();
        throw e;
      }
      return encode(exact(decoded, digest, offset), encoding);
    } catch (NoSuchFileException deletedMeanwhile) {
      throw new BlobNotFoundException(digest);
    }
  }

  @Override
  public BlobSink write(Digest digest, Encoding encoding) throws IOException {
    if (encoding == Encoding.ZSTD && compressed == StoreConfig.Compressed.DECODED) {
      return new DecodingSink(write(digest, Encoding.IDENTITY));
    }
    String key = Keys.blob(digest, encoding);
    BucketWriter writer =
        encoding == Encoding.ZSTD
            ? bucket.writePacked(key, digest.size(), digest.size())
            : bucket.write(key, digest.size());
    return new BlobSink() {
      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        writer.write(bytes, offset, length);
      }

      @Override
      public void commit() throws IOException {
        writer.commit();
        if (encoding == Encoding.ZSTD) {
          packedSizes.remember(digest);
        }
      }

      @Override
      public void close() throws IOException {
        writer.close();
      }
    };
  }

  @Override
  public Optional<LocalFile> file(Digest digest) throws IOException {
    return bucket
        .file(Keys.blob(digest, Encoding.IDENTITY))
        .filter(file -> file.stamp().size() == digest.size());
  }

  @Override
  public boolean adopt(Digest digest, Path file) throws IOException {
    return bucket.adopt(Keys.blob(digest, Encoding.IDENTITY), file);
  }

  /** Drops the forms of a blob whose stored bytes are wrong. */
  void discard(Digest digest) throws IOException {
    for (Encoding encoding : Encoding.values()) {
      discard(digest, encoding);
    }
  }

  private void discard(Digest digest, Encoding encoding) throws IOException {
    String key = Keys.blob(digest, encoding);
    Optional<String> fate =
        bucket.quarantine(key, bytes -> StoredBytes.areWrong(bytes, digest, encoding));
    if (fate.isPresent()) {
      packedSizes.forget(digest);
      corrupt.increment();
      log.error("stored blob {} is corrupt and counts as missing; {} {}", digest, key, fate.get());
    }
  }

  /** Equal for as long as the stored bytes of a blob are the same, in all forms; see the bucket. */
  Object version(Digest digest) throws IOException {
    return List.of(
        bucket.version(Keys.blob(digest, Encoding.IDENTITY)),
        bucket.version(Keys.blob(digest, Encoding.ZSTD)));
  }

  /** Objects that were found corrupt since the start. */
  long corruptObjects() {
    return corrupt.sum();
  }

  @Override
  public void close() throws IOException {
    bucket.close();
  }

  /** The form to read: the wanted one if it is stored, else the other, else none. */
  private Optional<Encoding> locate(Digest digest, Encoding wanted) throws IOException {
    String plainKey = Keys.blob(digest, Encoding.IDENTITY);
    String packedKey = Keys.blob(digest, Encoding.ZSTD);
    if (wanted == Encoding.IDENTITY && isSize(sizeOf(plainKey), digest)) {
      return Optional.of(Encoding.IDENTITY);
    }
    if (sizeOf(packedKey) != null && isPacked(digest)) {
      return Optional.of(Encoding.ZSTD);
    }
    return wanted == Encoding.ZSTD && isSize(sizeOf(plainKey), digest)
        ? Optional.of(Encoding.IDENTITY)
        : Optional.empty();
  }

  private @Nullable Long sizeOf(String key) throws IOException {
    return bucket.sizes(List.of(key)).get(key);
  }

  private static boolean isSize(@Nullable Long stored, Digest digest) {
    return stored != null && stored == digest.size();
  }

  private boolean isPacked(Digest digest) throws IOException {
    String key = Keys.blob(digest, Encoding.ZSTD);
    try {
      return packedSizes.matches(digest, () -> bucket.decodedSize(key), () -> bucket.read(key, 0));
    } catch (NoSuchFileException deletedMeanwhile) {
      return false;
    } catch (EOFException | CorruptZstdException e) {
      discard(digest, Encoding.ZSTD);
      return false;
    }
  }

  /** An object as it is; fails if it ends early, since nobody counts what it decodes to. */
  private InputStream whole(String key) throws IOException {
    Long size = sizeOf(key);
    if (size == null) {
      throw new NoSuchFileException(key);
    }
    return new ExactLengthStream(bucket.read(key, 0), size, key);
  }

  private static InputStream exact(InputStream in, Digest digest, long offset) {
    return new ExactLengthStream(in, digest.size() - offset, "blob " + digest);
  }

  private static InputStream encode(InputStream identity, Encoding encoding) throws IOException {
    return encoding == Encoding.ZSTD ? new ZstdEncodingStream(identity) : identity;
  }
}
