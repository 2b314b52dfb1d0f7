// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.DirectorySource;
import build.please.common.cas.StoredDirectories;
import build.please.proto.execution.Directory;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Remembers the Directories that were read last, since actions have most of theirs in common. A
 * remembered one is as good as one that is stored: what it says is all that is wanted of it. Safe
 * for concurrent use.
 */
final class RememberedDirectories implements DirectorySource {
  /** What a parsed message takes on the heap, in sizes of its serialised form; roughly. */
  private static final int GROWTH = 4;

  private static final int OVERHEAD = 300;

  private final DirectorySource stored;
  private final Cache<Digest, Directory> remembered;

  /**
   * @param maxBytes of the heap
   */
  RememberedDirectories(BlobStore blobs, long maxBytes) {
    stored = new StoredDirectories(blobs);
    remembered =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .<Digest, Directory>weigher(
                (digest, directory) ->
                    (int) Math.min(Integer.MAX_VALUE, OVERHEAD + GROWTH * digest.size()))
            .executor(Runnable::run)
            .build();
  }

  @Override
  public Map<Digest, Directory> readAll(Set<Digest> digests) throws IOException {
    Map<Digest, Directory> known = new HashMap<>(remembered.getAllPresent(digests));
    if (known.size() < digests.size()) {
      Set<Digest> others = new LinkedHashSet<>(digests);
      others.removeAll(known.keySet());
      Map<Digest, Directory> read = stored.readAll(others);
      remembered.putAll(read);
      known.putAll(read);
    }
    return known;
  }
}
