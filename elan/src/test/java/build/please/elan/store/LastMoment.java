// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.elan.bucket.Bucket;
import build.please.elan.bucket.BucketWriter;
import build.please.elan.bucket.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Has something happen just before anything is deleted. */
record LastMoment(Bucket bucket, Happening happening) implements Bucket {
  /** Uses what is about to go. */
  interface Happening {
    void happen() throws IOException;
  }

  @Override
  public Set<String> deleteUnused(Collection<String> keys, Instant since) throws IOException {
    happening.happen();
    return bucket.deleteUnused(keys, since);
  }

  @Override
  public Bucket unwatched() {
    return bucket.unwatched();
  }

  @Override
  public Stream<StoredObject> list(String prefix) throws IOException {
    return bucket.list(prefix);
  }

  @Override
  public Map<String, Long> sizes(Collection<String> keys) throws IOException {
    return bucket.sizes(keys);
  }

  @Override
  public InputStream read(String key, long offset) throws IOException {
    return bucket.read(key, offset);
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
  public void close() throws IOException {
    bucket.close();
  }
}
