// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import build.please.common.cas.LocalFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The part of a bucket whose keys begin with a prefix; callers neither see nor give the prefix. */
final class PrefixedBucket implements Bucket {
  private final Bucket bucket;
  private final String prefix;

  PrefixedBucket(Bucket bucket, String prefix) {
    this.bucket = bucket;
    this.prefix = prefix;
  }

  @Override
  public Map<String, Long> sizes(Collection<String> keys) throws IOException {
    return withoutPrefix(bucket.sizes(withPrefix(keys)));
  }

  @Override
  public Map<String, Long> keep(Collection<String> keys, Duration time) throws IOException {
    return withoutPrefix(bucket.keep(withPrefix(keys), time));
  }

  private List<String> withPrefix(Collection<String> keys) {
    return keys.stream().map(prefix::concat).toList();
  }

  private Map<String, Long> withoutPrefix(Map<String, Long> found) {
    Map<String, Long> sizes = new HashMap<>();
    found.forEach((key, size) -> sizes.put(key.substring(prefix.length()), size));
    return sizes;
  }

  @Override
  public InputStream read(String key, long offset) throws IOException {
    return bucket.read(prefix + key, offset);
  }

  @Override
  public BucketWriter write(String key, long sizeHint) throws IOException {
    return bucket.write(prefix + key, sizeHint);
  }

  @Override
  public BucketWriter writePacked(String key, long sizeHint, long decodedSize) throws IOException {
    return bucket.writePacked(prefix + key, sizeHint, decodedSize);
  }

  @Override
  public OptionalLong decodedSize(String key) throws IOException {
    return bucket.decodedSize(prefix + key);
  }

  @Override
  public Stream<StoredObject> list(String keyPrefix) throws IOException {
    return bucket
        .list(prefix + keyPrefix)
        .map(o -> new StoredObject(o.key().substring(prefix.length()), o.size(), o.lastUse()));
  }

  @Override
  public boolean delete(String key) throws IOException {
    return bucket.delete(prefix + key);
  }

  @Override
  public Set<String> deleteUnused(Collection<String> keys, Instant since) throws IOException {
    return bucket.deleteUnused(withPrefix(keys), since).stream()
        .map(key -> key.substring(prefix.length()))
        .collect(Collectors.toSet());
  }

  @Override
  public Bucket unwatched() {
    return new PrefixedBucket(bucket.unwatched(), prefix);
  }

  @Override
  public Optional<String> quarantine(String key, Inspection inspection) throws IOException {
    return bucket.quarantine(prefix + key, inspection);
  }

  @Override
  public Duration untraced() {
    return bucket.untraced();
  }

  @Override
  public boolean isSuspect(String key) throws IOException {
    return bucket.isSuspect(prefix + key);
  }

  @Override
  public Optional<LocalFile> file(String key) throws IOException {
    return bucket.file(prefix + key);
  }

  @Override
  public Optional<Object> version(String key) throws IOException {
    return bucket.version(prefix + key);
  }

  @Override
  public void announce(String address) {
    bucket.announce(address);
  }

  @Override
  public Optional<String> ownerElsewhere() throws IOException {
    return bucket.ownerElsewhere();
  }

  @Override
  public void probe() throws IOException {
    bucket.probe();
  }

  @Override
  public boolean adopt(String key, Path file) throws IOException {
    return bucket.adopt(prefix + key, file);
  }

  @Override
  public Pace pace() {
    return bucket.pace();
  }

  @Override
  public void close() throws IOException {
    bucket.close();
  }
}
