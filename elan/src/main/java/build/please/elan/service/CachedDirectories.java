// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.DirectorySource;
import build.please.common.cas.StoredDirectories;
import build.please.elan.meter.Lookups;
import build.please.proto.execution.Directory;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Remembers Directories that were read and parsed. Of a remembered one the store is still asked
 * whether it is there: one that was deleted is absent, also here. Safe for concurrent use.
 */
public final class CachedDirectories implements DirectorySource {
  /** How many are remembered unless told otherwise. */
  public static final int DEFAULT_COUNT = 10_240;

  /** What a parsed message takes on the heap, in sizes of its serialised form; roughly. */
  private static final int GROWTH = 4;

  /** Of the heap, what remembered Directories may take. */
  private static final int SHARE = 32;

  private final BlobStore blobs;
  private final DirectorySource stored;
  private final Lookups lookups;
  private final Cache<Digest, Directory> cache;

  /** Remembers up to {@code count}, and no more than fit into a small part of the heap. */
  public CachedDirectories(BlobStore blobs, int count, Lookups lookups) {
    this(blobs, count, Runtime.getRuntime().maxMemory() / SHARE, lookups);
  }

  CachedDirectories(BlobStore blobs, int count, long bytes, Lookups lookups) {
    this.blobs = blobs;
    this.stored = new StoredDirectories(blobs);
    this.lookups = lookups;
    // Caffeine bounds either number or weight: here each weighs at least its part of the number.
    long least = count == 0 ? 0 : Math.max(1, bytes / count);
    this.cache =
        Caffeine.newBuilder()
            .maximumWeight(count == 0 ? 0 : bytes)
            .<Digest, Directory>weigher(
                (digest, directory) ->
                    (int) Math.min(Integer.MAX_VALUE, Math.max(least, digest.size() * GROWTH)))
            .executor(Runnable::run)
            .build();
  }

  @Override
  public Map<Digest, Directory> readAll(Set<Digest> digests) throws IOException {
    Map<Digest, Directory> known = new HashMap<>(cache.getAllPresent(digests));
    if (!known.isEmpty()) {
      known.keySet().removeAll(blobs.findMissing(known.keySet()));
    }
    Set<Digest> unknown = new LinkedHashSet<>(digests);
    unknown.removeAll(known.keySet());
    lookups.count(known.size(), unknown.size());
    if (!unknown.isEmpty()) {
      Map<Digest, Directory> read = stored.readAll(unknown);
      cache.putAll(read);
      known.putAll(read);
    }
    return known;
  }
}
