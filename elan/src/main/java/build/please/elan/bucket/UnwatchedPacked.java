// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import build.please.elan.packed.PackedIndex;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** A packed bucket to somebody whose looks are no uses. */
final class UnwatchedPacked implements Bucket {
  private final PackedBucket bucket;

  UnwatchedPacked(PackedBucket bucket) {
    this.bucket = bucket;
  }

  @Override
  public Map<String, Long> sizes(Collection<String> keys) throws IOException {
    return bucket.sizes(keys, PackedIndex.UNWATCHED);
  }

  @Override
  public InputStream read(String key, long offset) throws IOException {
    return bucket.read(key, offset, PackedIndex.UNWATCHED);
  }

  @Override
  public OptionalLong decodedSize(String key) throws IOException {
    return bucket.decodedSize(key);
  }

  @Override
  public Stream<StoredObject> list(String prefix) throws IOException {
    return bucket.list(prefix);
  }

  @Override
  public BucketWriter write(String key, long sizeHint) throws IOException {
    return bucket.write(key, sizeHint);
  }

  @Override
  public boolean delete(String key) throws IOException {
    return bucket.delete(key);
  }

  @Override
  public Optional<String> quarantine(String key, Inspection inspection) throws IOException {
    return bucket.quarantine(key, inspection);
  }

  @Override
  public boolean isSuspect(String key) throws IOException {
    return bucket.isSuspect(key);
  }

  @Override
  public void close() {
    // Not its own.
  }
}
