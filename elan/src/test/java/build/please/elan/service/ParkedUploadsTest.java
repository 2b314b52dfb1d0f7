// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.BlobSink;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.ForwardingBlobStore;
import build.please.common.cas.ResourceName;
import build.please.common.rpc.Threads;
import build.please.elan.bucket.MemoryBucket;
import build.please.elan.meter.ElanMeters;
import build.please.elan.store.BucketCas;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Uploads whose clients went away, as many as have room. */
final class ParkedUploadsTest {
  private static final int ROUNDS = 500;
  private static final int UPLOADS = 50;
  private static final long MANY_BYTES = 100 << 20;
  private static final int ROOM = 6;

  private final ExecutorService pool = Threads.pool("pieces", 4);
  private final ScheduledExecutorService timer = Threads.timer("timer");

  @AfterEach
  void close() {
    pool.shutdown();
    timer.shutdown();
  }

  /** Counts those that somebody writes and has not closed. */
  private static final class Counting extends ForwardingBlobStore {
    final AtomicInteger open = new AtomicInteger();

    Counting(BlobStore store) {
      super(store);
    }

    @Override
    public BlobSink write(Digest digest, Encoding encoding) throws IOException {
      BlobSink sink = super.write(digest, encoding);
      open.incrementAndGet();
      return new BlobSink() {
        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          sink.write(bytes, offset, length);
        }

        @Override
        public void commit() throws IOException {
          sink.commit();
        }

        @Override
        public void close() throws IOException {
          open.decrementAndGet();
          sink.close();
        }
      };
    }
  }

  private Uploads uploads(BlobStore blobs) {
    return new Uploads(
        blobs,
        new Arrivals(),
        new ServiceConfig(
            Duration.ofMinutes(5), Duration.ofMinutes(5), MANY_BYTES, Duration.ofMillis(50)),
        pool,
        timer,
        ElanMeters.unseen().events());
  }

  /** Nothing comes after the last that would have the cache look again. */
  @Test
  void moreThanHaveRoom_goAtOnce_howeverTheyCome() throws IOException {
    for (int round = 0; round < ROUNDS; round++) {
      Counting blobs = new Counting(BucketCas.of(new MemoryBucket(Clock.systemUTC())).blobs());
      Uploads uploads = uploads(blobs);
      for (int i = 0; i < UPLOADS; i++) {
        Digest digest = Digest.of(new byte[] {(byte) i, 2});
        PartialUpload partial =
            uploads.open(new ResourceName.Upload("", "uuid-" + i, digest, Encoding.IDENTITY), 0);
        partial.write(ByteString.copyFrom(new byte[] {(byte) i}));
        uploads.park(partial);
      }
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (blobs.open.get() > ROOM && System.nanoTime() < end) {
        LockSupport.parkNanos(100_000);
      }
      assertTrue(blobs.open.get() <= ROOM, blobs.open.get() + " are open in round " + round);
    }
  }
}
