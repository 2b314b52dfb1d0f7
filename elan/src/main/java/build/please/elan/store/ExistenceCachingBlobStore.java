// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.ForwardingBlobStore;
import build.please.elan.meter.Lookups;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Remembers, for a while, which blobs are there, so that the store is asked less often.
 *
 * <p>Absence is never remembered, since another server may write at any time. A blob that is
 * discarded, or not there when somebody reads it, is forgotten; one that is evicted was forgotten
 * before, since the time is shorter than a lease. Only what another process deletes may be called
 * present for that time. Safe for concurrent use.
 */
final class ExistenceCachingBlobStore extends ForwardingBlobStore {
  private final RecentDigests known;
  private final Lookups lookups;

  /**
   * @param most blobs that are remembered
   * @param time how long; shorter than the lease that a look at the store gives
   * @param nanoTime as {@link System#nanoTime}
   */
  ExistenceCachingBlobStore(
      BlobStore delegate, long most, Duration time, LongSupplier nanoTime, Lookups lookups) {
    super(delegate);
    this.known = new RecentDigests(most, time, nanoTime);
    this.lookups = lookups;
  }

  @Override
  public Set<Digest> findMissing(Collection<Digest> digests) throws IOException {
    RecentDigests.View seen = known.view();
    List<Digest> unknown = new ArrayList<>();
    for (Digest digest : digests) {
      if (!seen.contains(digest)) {
        unknown.add(digest);
      }
    }
    lookups.count(digests.size() - unknown.size(), unknown.size());
    if (unknown.isEmpty()) {
      return Set.of();
    }
    Set<Digest> missing = super.findMissing(unknown);
    remember(unknown, missing);
    return missing;
  }

  /** What is kept has to be told to the store each time. */
  @Override
  public Set<Digest> keep(Collection<Digest> digests, Duration time) throws IOException {
    Set<Digest> missing = super.keep(digests, time);
    missing.forEach(known::remove);
    remember(digests, missing);
    return missing;
  }

  @Override
  public InputStream read(Digest digest, Encoding encoding, long offset) throws IOException {
    try {
      return super.read(digest, encoding, offset);
    } catch (BlobNotFoundException e) {
      forget(digest);
      throw e;
    }
  }

  @Override
  public Map<Digest, ByteString> readAll(Collection<Digest> digests) throws IOException {
    Map<Digest, ByteString> found = super.readAll(digests);
    for (Digest digest : digests) {
      if (!found.containsKey(digest)) {
        forget(digest);
      }
    }
    return found;
  }

  @Override
  public BlobSink write(Digest digest, Encoding encoding) throws IOException {
    return super.write(digest, encoding).andThen(() -> known.add(digest));
  }

  @Override
  public void writeAll(Map<Digest, ByteString> blobs) throws IOException {
    super.writeAll(blobs);
    blobs.keySet().forEach(known::add);
  }

  @Override
  public boolean adopt(Digest digest, Path file) throws IOException {
    boolean adopted = super.adopt(digest, file);
    if (adopted) {
      known.add(digest);
    }
    return adopted;
  }

  /** The blob was deleted. */
  void forget(Digest digest) {
    known.remove(digest);
  }

  private void remember(Collection<Digest> digests, Set<Digest> missing) {
    for (Digest digest : digests) {
      if (!missing.contains(digest)) {
        known.add(digest);
      }
    }
  }
}
