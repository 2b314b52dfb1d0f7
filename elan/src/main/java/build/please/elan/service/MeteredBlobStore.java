// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.ForwardingBlobStore;
import build.please.elan.meter.Batching;
import build.please.elan.meter.BlobTimers;
import build.please.elan.meter.TrafficMeters;
import com.google.protobuf.ByteString;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/** Counts and times the blobs that clients read and write through it. */
final class MeteredBlobStore extends ForwardingBlobStore {
  private final TrafficMeters traffic;
  private final BlobTimers timers;
  private final Batching batching;

  /**
   * @param batching of everything that goes through
   */
  MeteredBlobStore(
      BlobStore delegate, TrafficMeters traffic, BlobTimers timers, Batching batching) {
    super(delegate);
    this.traffic = traffic;
    this.timers = timers;
    this.batching = batching;
  }

  @Override
  public InputStream read(Digest digest, Encoding encoding, long offset) throws IOException {
    return read(digest, encoding, encoding, offset);
  }

  /**
   * The whole blob.
   *
   * @param preferred what the client accepts and would have got, had it been worth it
   */
  InputStream read(Digest digest, Encoding encoding, Encoding preferred) throws IOException {
    return read(digest, encoding, preferred, 0);
  }

  /**
   * All bytes of a blob as they are.
   *
   * @param preferred as for {@link #read(Digest, Encoding, Encoding)}
   * @throws BlobNotFoundException if it is absent
   */
  ByteString readWhole(Digest digest, Encoding preferred) throws IOException {
    long start = timers.now();
    ByteString bytes = super.readAll(Set.of(digest)).get(digest);
    if (bytes == null) {
      throw new BlobNotFoundException(digest);
    }
    long nanos = timers.now() - start;
    timers.readLatency(nanos);
    timers.readDuration(nanos);
    traffic.served(batching, Encoding.IDENTITY, bytes.size());
    traffic.servedBlob(batching, Encoding.IDENTITY, preferred);
    return bytes;
  }

  private InputStream read(Digest digest, Encoding encoding, Encoding preferred, long offset)
      throws IOException {
    long start = timers.now();
    InputStream in = super.read(digest, encoding, offset);
    timers.readLatency(timers.now() - start);
    return new Reader(in, encoding, preferred, start);
  }

  @Override
  public Map<Digest, ByteString> readAll(Collection<Digest> digests) throws IOException {
    return readAll(digests, Encoding.IDENTITY);
  }

  /**
   * As {@link #readAll(Collection)}. It is timed as one.
   *
   * @param preferred as for {@link #read(Digest, Encoding, Encoding)}
   */
  Map<Digest, ByteString> readAll(Collection<Digest> digests, Encoding preferred)
      throws IOException {
    long start = timers.now();
    Map<Digest, ByteString> found = super.readAll(digests);
    long nanos = timers.now() - start;
    timers.readLatency(nanos);
    timers.readDuration(nanos);
    traffic.served(batching, Encoding.IDENTITY, bytes(found));
    traffic.servedBlobs(batching, Encoding.IDENTITY, preferred, found.size());
    return found;
  }

  private static long bytes(Map<Digest, ByteString> blobs) {
    long sum = 0;
    for (ByteString blob : blobs.values()) {
      sum += blob.size();
    }
    return sum;
  }

  @Override
  public BlobSink write(Digest digest, Encoding encoding) throws IOException {
    long start = timers.now();
    return new Writer(super.write(digest, encoding), encoding, start);
  }

  /** {@inheritDoc} It is timed as one. */
  @Override
  public void writeAll(Map<Digest, ByteString> blobs) throws IOException {
    long start = timers.now();
    super.writeAll(blobs);
    long nanos = timers.now() - start;
    timers.writeLatency(nanos);
    timers.writeDuration(nanos);
    traffic.received(batching, Encoding.IDENTITY, bytes(blobs));
    traffic.receivedBlobs(batching, Encoding.IDENTITY, blobs.size());
  }

  private final class Reader extends FilterInputStream {
    private final Encoding used;
    private final Encoding preferred;
    private final long start;
    private boolean atEnd;
    private boolean closed;

    Reader(InputStream in, Encoding used, Encoding preferred, long start) {
      super(in);
      this.used = used;
      this.preferred = preferred;
      this.start = start;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int n = in.read(buffer, offset, length);
      if (n > 0) {
        traffic.served(batching, used, n);
      } else if (n < 0 && !atEnd) {
        atEnd = true;
        traffic.servedBlob(batching, used, preferred);
      }
      return n;
    }

    @Override
    public void close() throws IOException {
      if (!closed) {
        closed = true;
        timers.readDuration(timers.now() - start);
      }
      super.close();
    }
  }

  private final class Writer extends BlobSink {
    private final BlobSink sink;
    private final Encoding encoding;
    private final long start;
    private long inStore;

    Writer(BlobSink sink, Encoding encoding, long start) {
      this.sink = sink;
      this.encoding = encoding;
      this.start = start;
      this.inStore = timers.now() - start;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      traffic.received(batching, encoding, length);
      long before = timers.now();
      sink.write(bytes, offset, length);
      inStore += timers.now() - before;
    }

    @Override
    public void commit() throws IOException {
      long before = timers.now();
      sink.commit();
      long now = timers.now();
      traffic.receivedBlob(batching, encoding);
      timers.writeLatency(inStore + now - before);
      timers.writeDuration(now - start);
    }

    @Override
    public void close() throws IOException {
      sink.close();
    }
  }
}
