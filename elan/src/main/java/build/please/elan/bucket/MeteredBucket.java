// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.LocalFile;
import build.please.common.cas.StoreFullException;
import build.please.elan.meter.StoreMeters;
import build.please.elan.meter.StoreMeters.Operation;
import build.please.elan.meter.StoreMeters.Outcome;
import com.google.protobuf.ByteString;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/** Times every call to a bucket, by its outcome, and counts the bytes. */
public final class MeteredBucket implements Bucket {
  private final Bucket bucket;
  private final StoreMeters meters;

  public MeteredBucket(Bucket bucket, StoreMeters meters) {
    this.bucket = bucket;
    this.meters = meters;
  }

  @FunctionalInterface
  private interface Call<T> {
    T run() throws IOException;
  }

  private <T> T timed(Operation operation, Call<T> call) throws IOException {
    long start = meters.now();
    Outcome outcome = Outcome.ERROR;
    try {
      T result = call.run();
      outcome = Outcome.OK;
      return result;
    } catch (IOException e) {
      outcome = outcome(e);
      throw e;
    } finally {
      meters.called(operation, outcome, meters.now() - start);
    }
  }

  private static Outcome outcome(IOException failure) {
    if (failure instanceof NoSuchFileException) {
      return Outcome.ABSENT;
    }
    return failure instanceof StoreFullException ? Outcome.FULL : Outcome.ERROR;
  }

  @Override
  public Map<String, Long> sizes(Collection<String> keys) throws IOException {
    return timed(Operation.SIZES, () -> bucket.sizes(keys));
  }

  @Override
  public Map<String, Long> keep(Collection<String> keys, Duration time) throws IOException {
    return timed(Operation.SIZES, () -> bucket.keep(keys, time));
  }

  @Override
  public InputStream read(String key, long offset) throws IOException {
    return new Reader(timed(Operation.READ, () -> bucket.read(key, offset)));
  }

  @Override
  public BucketWriter write(String key, long sizeHint) throws IOException {
    return timed(() -> bucket.write(key, sizeHint));
  }

  @Override
  public BucketWriter writePacked(String key, long sizeHint, long decodedSize) throws IOException {
    return timed(() -> bucket.writePacked(key, sizeHint, decodedSize));
  }

  @Override
  public OptionalLong decodedSize(String key) throws IOException {
    return bucket.decodedSize(key);
  }

  @Override
  public Optional<BulkBlobs> inBulk() {
    return bucket.inBulk().map(Bulk::new);
  }

  private BucketWriter timed(Call<BucketWriter> opening) throws IOException {
    long start = meters.now();
    try {
      return new Writer(opening.run(), start);
    } catch (IOException e) {
      meters.called(Operation.WRITE, outcome(e), meters.now() - start);
      throw e;
    }
  }

  @Override
  public Stream<StoredObject> list(String prefix) throws IOException {
    return timed(Operation.LIST, () -> bucket.list(prefix));
  }

  @Override
  public boolean delete(String key) throws IOException {
    long start = meters.now();
    Outcome outcome = Outcome.ERROR;
    try {
      boolean existed = bucket.delete(key);
      outcome = existed ? Outcome.OK : Outcome.ABSENT;
      return existed;
    } finally {
      meters.called(Operation.DELETE, outcome, meters.now() - start);
    }
  }

  @Override
  public Set<String> deleteUnused(Collection<String> keys, Instant since) throws IOException {
    return timed(Operation.DELETE, () -> bucket.deleteUnused(keys, since));
  }

  @Override
  public Bucket unwatched() {
    return new MeteredBucket(bucket.unwatched(), meters);
  }

  @Override
  public Optional<String> quarantine(String key, Inspection inspection) throws IOException {
    return bucket.quarantine(key, inspection);
  }

  @Override
  public Duration untraced() {
    return bucket.untraced();
  }

  @Override
  public boolean isSuspect(String key) throws IOException {
    return bucket.isSuspect(key);
  }

  @Override
  public Optional<LocalFile> file(String key) throws IOException {
    return bucket.file(key);
  }

  @Override
  public Optional<Object> version(String key) throws IOException {
    return bucket.version(key);
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
    return timed(Operation.WRITE, () -> bucket.adopt(key, file));
  }

  @Override
  public Pace pace() {
    return bucket.pace();
  }

  @Override
  public void close() throws IOException {
    bucket.close();
  }

  /** Each step is one call. */
  private final class Bulk implements BulkBlobs {
    private final BulkBlobs bulk;

    Bulk(BulkBlobs bulk) {
      this.bulk = bulk;
    }

    @Override
    public long[] sizes(List<Digest> digests, Encoding encoding) throws IOException {
      return timed(Operation.SIZES, () -> bulk.sizes(digests, encoding));
    }

    @Override
    public Map<Digest, ByteString> read(Collection<Digest> digests) throws IOException {
      Map<Digest, ByteString> blobs = timed(Operation.READ, () -> bulk.read(digests));
      meters.read(bytes(blobs));
      return blobs;
    }

    @Override
    public void write(Map<Digest, ByteString> blobs) throws IOException {
      timed(
          Operation.WRITE,
          () -> {
            bulk.write(blobs);
            return blobs;
          });
      meters.written(bytes(blobs));
    }

    private static long bytes(Map<Digest, ByteString> blobs) {
      long sum = 0;
      for (ByteString blob : blobs.values()) {
        sum += blob.size();
      }
      return sum;
    }
  }

  private final class Reader extends FilterInputStream {
    Reader(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int b = in.read();
      meters.read(b < 0 ? 0 : 1);
      return b;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int n = in.read(buffer, offset, length);
      meters.read(Math.max(n, 0));
      return n;
    }
  }

  /** One write, whose time is that of its calls together. It ends with the first failure. */
  private final class Writer extends BucketWriter {
    private final BucketWriter writer;
    private long nanos;

    Writer(BucketWriter writer, long start) {
      this.writer = writer;
      this.nanos = meters.now() - start;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      spend(() -> writer.write(bytes, offset, length));
      meters.written(length);
    }

    @Override
    public void commit() throws IOException {
      spend(writer::commit);
      meters.called(Operation.WRITE, Outcome.OK, nanos);
    }

    private void spend(Step step) throws IOException {
      long start = meters.now();
      try {
        step.run();
        nanos += meters.now() - start;
      } catch (IOException e) {
        meters.called(Operation.WRITE, outcome(e), nanos + meters.now() - start);
        throw e;
      }
    }

    @Override
    public void close() throws IOException {
      writer.close();
    }
  }

  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }
}
