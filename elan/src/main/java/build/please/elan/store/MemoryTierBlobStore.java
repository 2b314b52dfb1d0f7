// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.ForwardingBlobStore;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Holds small blobs that were read on the heap, so that those read often cost neither a file nor a
 * hash. What is handed over must have been verified. Safe for concurrent use.
 */
final class MemoryTierBlobStore extends ForwardingBlobStore {
  /** What an entry takes beside the bytes. */
  private static final int OVERHEAD = 256;

  private final Cache<Digest, ByteString> small;
  private final long maxItem;

  /**
   * @param maxBytes of the whole tier
   * @param maxItem bytes of the largest blob in it
   */
  MemoryTierBlobStore(BlobStore delegate, long maxBytes, long maxItem) {
    super(delegate);
    this.maxItem = maxItem;
    this.small =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .weigher((Digest digest, ByteString bytes) -> OVERHEAD + bytes.size())
            .build();
  }

  @Override
  public InputStream read(Digest digest, Encoding encoding, long offset) throws IOException {
    if (encoding != Encoding.IDENTITY || digest.size() > maxItem) {
      return super.read(digest, encoding, offset);
    }
    ByteString bytes = readAll(Set.of(digest)).get(digest);
    // For the same answer to an absent blob as without this tier.
    return bytes == null
        ? super.read(digest, encoding, offset)
        : bytes.substring((int) offset).newInput();
  }

  @Override
  public Map<Digest, ByteString> readAll(Collection<Digest> digests) throws IOException {
    Map<Digest, ByteString> found = new HashMap<>();
    Set<Digest> others = new LinkedHashSet<>();
    for (Digest digest : digests) {
      ByteString bytes = small.getIfPresent(digest);
      if (bytes != null) {
        found.put(digest, bytes);
      } else {
        others.add(digest);
      }
    }
    if (!others.isEmpty()) {
      super.readAll(others)
          .forEach(
              (digest, bytes) -> {
                if (digest.size() <= maxItem) {
                  small.put(digest, bytes);
                }
                found.put(digest, bytes);
              });
    }
    return found;
  }

  /** The blob is discarded, as it was found wrong where it is stored. */
  void forget(Digest digest) {
    small.invalidate(digest);
  }
}
