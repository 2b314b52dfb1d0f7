// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.ForwardingBlobStore;
import build.please.elan.meter.Lookups;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Remembers, for a while, which blobs are there, so that the store is asked less often.
 *
 * <p>Absence is never remembered, since another server may write at any time. A blob that is
 * discarded is forgotten; one that is evicted was forgotten before, since the time is shorter than
 * a lease. Only what another process deletes may be called present for that time. Safe for
 * concurrent use.
 */
final class ExistenceCachingBlobStore extends ForwardingBlobStore {
  private final Cache<Digest, Boolean> known;
  private final Lookups lookups;

  /**
   * @param most blobs that are remembered
   * @param time how long; shorter than the lease that a look at the store gives
   */
  ExistenceCachingBlobStore(
      BlobStore delegate, long most, Duration time, Ticker ticker, Lookups lookups) {
    super(delegate);
    this.known =
        Caffeine.newBuilder().maximumSize(most).expireAfterWrite(time).ticker(ticker).build();
    this.lookups = lookups;
  }

  @Override
  public Set<Digest> findMissing(Collection<Digest> digests) throws IOException {
    Set<Digest> unknown = new LinkedHashSet<>(digests);
    int asked = unknown.size();
    unknown.removeIf(digest -> known.getIfPresent(digest) != null);
    lookups.count(asked - unknown.size(), unknown.size());
    if (unknown.isEmpty()) {
      return unknown;
    }
    Set<Digest> missing = super.findMissing(unknown);
    remember(unknown, missing);
    return missing;
  }

  /** What is kept has to be told to the store each time. */
  @Override
  public Set<Digest> keep(Collection<Digest> digests, Duration time) throws IOException {
    Set<Digest> missing = super.keep(digests, time);
    missing.forEach(known::invalidate);
    remember(digests, missing);
    return missing;
  }

  @Override
  public BlobSink write(Digest digest, Encoding encoding) throws IOException {
    return super.write(digest, encoding).andThen(() -> known.put(digest, true));
  }

  @Override
  public boolean adopt(Digest digest, Path file) throws IOException {
    boolean adopted = super.adopt(digest, file);
    if (adopted) {
      known.put(digest, true);
    }
    return adopted;
  }

  /** The blob was deleted. */
  void forget(Digest digest) {
    known.invalidate(digest);
  }

  private void remember(Collection<Digest> digests, Set<Digest> missing) {
    for (Digest digest : digests) {
      if (!missing.contains(digest)) {
        known.put(digest, true);
      }
    }
  }
}
