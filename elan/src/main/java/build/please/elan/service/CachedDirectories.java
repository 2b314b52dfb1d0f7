// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.HashFunction;
import build.please.common.cas.TreeWalk;
import build.please.elan.meter.Lookups;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Remembers Directories that were read and checked. Of a remembered one the store is still asked
 * whether it is there: one that was deleted is absent, also here. Safe for concurrent use.
 */
public final class CachedDirectories implements TreeWalk.Source<ServedDirectory> {
  /** How many are remembered unless told otherwise. */
  public static final int DEFAULT_COUNT = 10_240;

  /** What one takes on the heap beside its bytes, roughly: objects, and its digest twice. */
  private static final int OVERHEAD = 400;

  /** What each Directory directly below it takes. */
  private static final int CHILD = 200;

  /** Of the heap, what remembered Directories may take. */
  private static final int SHARE = 32;

  private final BlobStore blobs;
  private final Lookups lookups;
  private final Cache<Digest, ServedDirectory> cache;

  /** Remembers up to {@code count}, and no more than fit into a small part of the heap. */
  public CachedDirectories(BlobStore blobs, int count, Lookups lookups) {
    this(blobs, count, Runtime.getRuntime().maxMemory() / SHARE, lookups);
  }

  CachedDirectories(BlobStore blobs, int count, long bytes, Lookups lookups) {
    this.blobs = blobs;
    this.lookups = lookups;
    // Caffeine bounds either number or weight: here each weighs at least its part of the number.
    long least = count == 0 ? 0 : Math.max(1, bytes / count);
    this.cache =
        Caffeine.newBuilder()
            .maximumWeight(count == 0 ? 0 : bytes)
            .<Digest, ServedDirectory>weigher(
                (digest, directory) ->
                    (int) Math.min(Integer.MAX_VALUE, Math.max(least, weight(directory))))
            .executor(Runnable::run)
            .build();
  }

  /** What one that is remembered takes of the bytes. */
  static long weight(ServedDirectory directory) {
    return OVERHEAD + directory.field().size() + (long) CHILD * directory.children().size();
  }

  @Override
  public Map<Digest, ServedDirectory> readAll(Set<Digest> digests) throws IOException {
    Map<Digest, ServedDirectory> directories = new HashMap<>(digests.size() * 4 / 3 + 1);
    Set<Digest> unknown = new LinkedHashSet<>();
    for (Digest digest : digests) {
      ServedDirectory known = cache.getIfPresent(digest);
      if (known != null) {
        directories.put(digest, known);
      } else {
        unknown.add(digest);
      }
    }
    if (!directories.isEmpty()) {
      for (Digest deleted : blobs.findMissing(directories.keySet())) {
        directories.remove(deleted);
        unknown.add(deleted);
      }
    }
    lookups.count(directories.size(), unknown.size());
    read(unknown, directories);
    return directories;
  }

  private void read(Set<Digest> unknown, Map<Digest, ServedDirectory> directories)
      throws IOException {
    // The empty Directory is the empty blob, which is never asked for.
    for (Digest digest : List.copyOf(unknown)) {
      if (digest.isEmpty()) {
        unknown.remove(digest);
        directories.put(digest, ServedDirectory.EMPTY);
      }
    }
    if (unknown.isEmpty()) {
      return;
    }
    for (Map.Entry<Digest, ByteString> blob : blobs.readAll(unknown).entrySet()) {
      ServedDirectory read = ServedDirectory.of(blob.getKey(), blob.getValue());
      cache.put(blob.getKey(), read);
      directories.put(blob.getKey(), read);
    }
  }

  @Override
  public List<Digest> children(HashFunction function, ServedDirectory directory) {
    return directory.children();
  }
}
