// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A bucket that is out of order whenever a test says so. */
public final class FailingBucket implements Bucket {
  private final Bucket bucket;
  private volatile boolean failing;

  public FailingBucket(Bucket bucket) {
    this.bucket = bucket;
  }

  public void fail() {
    failing = true;
  }

  public void recover() {
    failing = false;
  }

  @CanIgnoreReturnValue
  private Bucket orFail() throws IOException {
    if (failing) {
      throw new IOException("injected: the bucket is out of order");
    }
    return bucket;
  }

  @Override
  public Map<String, Long> sizes(Collection<String> keys) throws IOException {
    return orFail().sizes(keys);
  }

  @Override
  public Map<String, Long> keep(Collection<String> keys, Duration time) throws IOException {
    return orFail().keep(keys, time);
  }

  @Override
  public InputStream read(String key, long offset) throws IOException {
    return orFail().read(key, offset);
  }

  @Override
  public BucketWriter write(String key, long sizeHint) throws IOException {
    return orFail().write(key, sizeHint);
  }

  @Override
  public Optional<BulkBlobs> inBulk() {
    return bucket.inBulk().map(Bulk::new);
  }

  private final class Bulk implements BulkBlobs {
    private final BulkBlobs bulk;

    Bulk(BulkBlobs bulk) {
      this.bulk = bulk;
    }

    @Override
    public long[] sizes(List<Digest> digests, Encoding encoding) throws IOException {
      orFail();
      return bulk.sizes(digests, encoding);
    }

    @Override
    public Map<Digest, ByteString> read(Collection<Digest> digests) throws IOException {
      orFail();
      return bulk.read(digests);
    }

    @Override
    public void write(Map<Digest, ByteString> blobs) throws IOException {
      orFail();
      bulk.write(blobs);
    }
  }

  @Override
  public Stream<StoredObject> list(String prefix) throws IOException {
    return orFail().list(prefix);
  }

  @Override
  public boolean delete(String key) throws IOException {
    return orFail().delete(key);
  }

  @Override
  public void close() throws IOException {
    bucket.close();
  }
}
