// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import build.please.common.cas.LocalFile;
import build.please.elan.meter.Lookups;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A far bucket, and copies of what was read from it on a disk that is near. What there is, and of
 * which version, the far one says each time; a copy saves the way of the bytes only. Results of
 * actions, which are replaced, are not copied. Copies survive a restart.
 */
public final class TieredBucket implements Bucket {
  private final Bucket far;
  private final Copies copies;
  private final Lookups lookups;

  private TieredBucket(Bucket far, Copies copies, Lookups lookups) {
    this.far = far;
    this.copies = copies;
    this.lookups = lookups;
  }

  /**
   * Puts a disk in front of a bucket, which closes with this one, also if this throws.
   *
   * @throws IOException if the directory cannot be used
   */
  public static TieredBucket open(Bucket far, DiskTier tier, Clock clock, Lookups lookups)
      throws IOException {
    try {
      // Nobody relies on a copy, so that none has a lease.
      Bounds bounds = new Bounds(tier.maxBytes(), Bounds.A_TWENTIETH, Duration.ZERO);
      return new TieredBucket(
          far, new Copies(Buckets.inDirectory(tier.directory(), bounds, clock)), lookups);
    } catch (IOException | RuntimeException e) {
      far.close();
      throw e;
    }
  }

  @Override
  public InputStream read(String key, long offset) throws IOException {
    Optional<Object> version = GcsBucket.isReplaced(key) ? Optional.empty() : far.version(key);
    if (version.isEmpty()) {
      return far.read(key, offset);
    }
    Optional<InputStream> copy = copies.find(key, version.get(), offset);
    lookups.count(copy.isPresent() ? 1 : 0, copy.isPresent() ? 0 : 1);
    if (copy.isPresent()) {
      return copy.get();
    }
    return offset == 0
        ? copies.fetch(key, version.get(), at -> far.read(key, at))
        : far.read(key, offset);
  }

  @Override
  public Optional<String> quarantine(String key, Inspection inspection) throws IOException {
    Optional<Object> version = far.version(key);
    version.ifPresent(there -> copies.drop(key, there));
    return far.quarantine(key, inspection);
  }

  @Override
  public Map<String, Long> sizes(Collection<String> keys) throws IOException {
    return far.sizes(keys);
  }

  @Override
  public Map<String, Long> keep(Collection<String> keys, Duration time) throws IOException {
    return far.keep(keys, time);
  }

  @Override
  public BucketWriter write(String key, long sizeHint) throws IOException {
    return far.write(key, sizeHint);
  }

  @Override
  public BucketWriter writePacked(String key, long sizeHint, long decodedSize) throws IOException {
    return far.writePacked(key, sizeHint, decodedSize);
  }

  @Override
  public OptionalLong decodedSize(String key) throws IOException {
    return far.decodedSize(key);
  }

  @Override
  public Stream<StoredObject> list(String prefix) throws IOException {
    return far.list(prefix);
  }

  @Override
  public boolean delete(String key) throws IOException {
    return far.delete(key);
  }

  @Override
  public Set<String> deleteUnused(Collection<String> keys, Instant since) throws IOException {
    return far.deleteUnused(keys, since);
  }

  @Override
  public Bucket unwatched() {
    return far.unwatched();
  }

  @Override
  public Duration untraced() {
    return far.untraced();
  }

  @Override
  public boolean isSuspect(String key) throws IOException {
    return far.isSuspect(key);
  }

  @Override
  public Optional<Object> version(String key) throws IOException {
    return far.version(key);
  }

  @Override
  public Optional<LocalFile> file(String key) throws IOException {
    return far.file(key);
  }

  @Override
  public boolean adopt(String key, Path file) throws IOException {
    return far.adopt(key, file);
  }

  @Override
  public void announce(String address) {
    far.announce(address);
  }

  @Override
  public Optional<String> ownerElsewhere() throws IOException {
    return far.ownerElsewhere();
  }

  @Override
  public void probe() throws IOException {
    far.probe();
  }

  @Override
  public void close() throws IOException {
    try (far) {
      copies.close();
    }
  }
}
