// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.LocalFile;
import build.please.common.cas.StoreFullException;
import build.please.elan.bucket.Bucket;
import build.please.elan.bucket.BucketWriter;
import build.please.elan.bucket.BulkBlobs;
import build.please.elan.bucket.Pace;
import build.please.elan.bucket.StoredObject;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.protobuf.ByteString;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Counts what is open, and is full or out of order whenever a test says so. */
final class WatchedBucket implements Bucket {
  private enum Mood {
    FINE,
    FULL,
    SHORT,
    UNREADABLE,
    OUT_OF_ORDER
  }

  private final Bucket bucket;
  private final AtomicInteger readers = new AtomicInteger();
  private final AtomicInteger writers = new AtomicInteger();
  private final AtomicLong calls = new AtomicLong();
  private final AtomicLong bytesRead = new AtomicLong();
  private volatile Mood mood = Mood.FINE;
  private volatile String failing = "";

  WatchedBucket(Bucket bucket) {
    this.bucket = bucket;
  }

  /** From now on nothing can be written. */
  void fill() {
    mood = Mood.FULL;
  }

  /** From now on every blob ends a byte early for those who read it. */
  void shortenBlobs() {
    mood = Mood.SHORT;
  }

  /** From now on everything is there, and nothing can be read. */
  void failReads() {
    mood = Mood.UNREADABLE;
  }

  /** From now on nothing works. */
  void fail() {
    mood = Mood.OUT_OF_ORDER;
  }

  /** From now on nothing works with keys that begin so. */
  void failFor(String prefix) {
    failing = prefix;
    mood = Mood.OUT_OF_ORDER;
  }

  void recover() {
    failing = "";
    mood = Mood.FINE;
  }

  /** Streams that somebody reads and has not closed. */
  int readers() {
    return readers.get();
  }

  /** Objects that somebody writes and has not closed. */
  int writers() {
    return writers.get();
  }

  /** How often anything was asked of it. */
  long calls() {
    return calls.get();
  }

  long bytesRead() {
    return bytesRead.get();
  }

  /** Puts these bytes there, whatever the name promises. */
  void put(String key, byte[] bytes) throws IOException {
    try (BucketWriter writer = bucket.write(key, bytes.length)) {
      writer.write(bytes, 0, bytes.length);
      writer.commit();
    }
  }

  @CanIgnoreReturnValue
  private Bucket orFail(String key) throws IOException {
    calls.incrementAndGet();
    if (mood == Mood.OUT_OF_ORDER && key.startsWith(failing)) {
      throw new IOException("injected: the bucket is out of order");
    }
    return bucket;
  }

  @Override
  public Map<String, Long> sizes(Collection<String> keys) throws IOException {
    for (String key : keys) {
      orFail(key);
    }
    return bucket.sizes(keys);
  }

  @Override
  public InputStream read(String key, long offset) throws IOException {
    if (mood == Mood.UNREADABLE && !key.startsWith("ac/")) {
      throw new IOException("injected: " + key + " cannot be read");
    }
    InputStream in = shortened(orFail(key).read(key, offset), key, offset);
    readers.incrementAndGet();
    return new FilterInputStream(in) {
      private final AtomicBoolean closed = new AtomicBoolean();

      @Override
      public int read(byte[] buffer, int from, int length) throws IOException {
        int n = super.read(buffer, from, length);
        bytesRead.addAndGet(Math.max(n, 0));
        return n;
      }

      @Override
      public void close() throws IOException {
        super.close();
        if (closed.compareAndSet(false, true)) {
          readers.decrementAndGet();
        }
      }
    };
  }

  private InputStream shortened(InputStream in, String key, long offset) throws IOException {
    if (mood != Mood.SHORT || key.startsWith("ac/")) {
      return in;
    }
    long left = bucket.sizes(List.of(key)).getOrDefault(key, 1L) - 1 - offset;
    return new FilterInputStream(in) {
      private long most = Math.max(left, 0);

      @Override
      public int read(byte[] buffer, int from, int length) throws IOException {
        int n = most == 0 ? -1 : super.read(buffer, from, (int) Math.min(length, most));
        most -= Math.max(n, 0);
        return n;
      }
    };
  }

  @Override
  public BucketWriter write(String key, long sizeHint) throws IOException {
    return watched(key, orFail(key).write(key, sizeHint));
  }

  @Override
  public BucketWriter writePacked(String key, long sizeHint, long decodedSize) throws IOException {
    return watched(key, orFail(key).writePacked(key, sizeHint, decodedSize));
  }

  @Override
  public OptionalLong decodedSize(String key) throws IOException {
    return orFail(key).decodedSize(key);
  }

  private BucketWriter watched(String key, BucketWriter writer) {
    writers.incrementAndGet();
    return new BucketWriter() {
      private final AtomicBoolean closed = new AtomicBoolean();

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        orFail(key);
        if (mood == Mood.FULL) {
          throw new StoreFullException("injected: no room");
        }
        writer.write(bytes, offset, length);
      }

      @Override
      public void commit() throws IOException {
        orFail(key);
        if (mood == Mood.FULL) {
          throw new StoreFullException("injected: no room");
        }
        writer.commit();
      }

      @Override
      public void close() throws IOException {
        writer.close();
        if (closed.compareAndSet(false, true)) {
          writers.decrementAndGet();
        }
      }
    };
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

    private void orFailFor(Collection<Digest> digests, Encoding encoding) throws IOException {
      for (Digest digest : digests) {
        String kind = encoding == Encoding.ZSTD ? "zstd_cas/" : "cas/";
        orFail(
            digest.function().prefix()
                + kind
                + digest.hash().substring(0, 2)
                + "/"
                + digest.hash());
      }
    }

    @Override
    public long[] sizes(List<Digest> digests, Encoding encoding) throws IOException {
      orFailFor(digests, encoding);
      return bulk.sizes(digests, encoding);
    }

    @Override
    public Map<Digest, ByteString> read(Collection<Digest> digests) throws IOException {
      orFailFor(digests, Encoding.IDENTITY);
      if (mood == Mood.UNREADABLE) {
        throw new IOException("injected: blobs cannot be read");
      } else if (mood == Mood.SHORT) {
        return new HashMap<>();
      }
      Map<Digest, ByteString> blobs = bulk.read(digests);
      blobs.values().forEach(blob -> bytesRead.addAndGet(blob.size()));
      return blobs;
    }

    @Override
    public void write(Map<Digest, ByteString> blobs) throws IOException {
      orFailFor(blobs.keySet(), Encoding.IDENTITY);
      if (mood == Mood.FULL) {
        throw new StoreFullException("injected: no room");
      }
      bulk.write(blobs);
    }
  }

  @Override
  public Stream<StoredObject> list(String prefix) throws IOException {
    return orFail(prefix).list(prefix);
  }

  @Override
  public boolean delete(String key) throws IOException {
    return orFail(key).delete(key);
  }

  @Override
  public Optional<LocalFile> file(String key) throws IOException {
    return bucket.file(key);
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
