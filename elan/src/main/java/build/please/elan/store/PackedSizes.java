// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.Digest;
import build.please.common.cas.HashFunction;
import build.please.common.cas.ZstdDecodedStream;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How long blobs that are stored as zstd are when decoded. Their key does not say so, their object
 * only in some buckets, and a digest with another size must not be taken for theirs (GEN-01).
 *
 * <p>Remembers what this process wrote or looked up. For any other it takes what the bucket has
 * noted; if that is nothing it decodes the object once and counts. Safe for concurrent use.
 */
final class PackedSizes {
  private static final long REMEMBERED = 200_000;

  private final Cache<Name, Long> sizes = Caffeine.newBuilder().maximumSize(REMEMBERED).build();

  /** What a digest says beside the size. */
  private record Name(HashFunction function, String hash) {
    static Name of(Digest digest) {
      return new Name(digest.function(), digest.hash());
    }
  }

  /** Opens the stored form of a blob. */
  @FunctionalInterface
  interface Source {
    InputStream open() throws IOException;
  }

  /** Says what the bucket has noted of the size. */
  @FunctionalInterface
  interface Noted {
    OptionalLong size() throws IOException;
  }

  void remember(Digest digest) {
    sizes.put(Name.of(digest), digest.size());
  }

  void forget(Digest digest) {
    sizes.invalidate(Name.of(digest));
  }

  /**
   * Whether the blob with this hash is as long as the digest says. Blocks for one pass over the
   * object if its size is not known yet, which ends where the blob turns out to be longer. An
   * object that does not decode is nobody's.
   */
  boolean matches(Digest digest, Noted noted, Source stored) throws IOException {
    @Nullable Long known = sizes.getIfPresent(Name.of(digest));
    if (known == null) {
      OptionalLong note = noted.size();
      if (note.isPresent()) {
        known = note.getAsLong();
        sizes.put(Name.of(digest), known);
      }
    }
    if (known == null) {
      try (InputStream in = new ZstdDecodedStream(stored.open())) {
        known = count(in, digest.size());
      }
      if (known > digest.size()) {
        return false; // How much longer it is nobody asked.
      }
      sizes.put(Name.of(digest), known);
    }
    return known == digest.size();
  }

  /** All bytes, or more than {@code enough}. */
  private static long count(InputStream in, long enough) throws IOException {
    byte[] buffer = new byte[1 << 16];
    long size = 0;
    for (int n; size <= enough && (n = in.read(buffer)) >= 0; ) {
      size += n;
    }
    return size;
  }
}
