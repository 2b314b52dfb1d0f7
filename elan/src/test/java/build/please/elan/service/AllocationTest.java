// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.TreeWalk;
import build.please.elan.bucket.Bounds;
import build.please.elan.bucket.Bucket;
import build.please.elan.bucket.Buckets;
import build.please.elan.meter.Lookups;
import build.please.elan.store.BucketCas;
import build.please.elan.store.StoreConfig;
import build.please.proto.execution.Directory;
import com.google.protobuf.ByteString;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What operations on a store of files allocate, which does not depend on what else the machine
 * does. Bounds are some times what is needed: they are for what grows with a mistake.
 */
final class AllocationTest {
  private static final int BLOBS = 1000;
  private static final int TIMES = 20;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir private Path directory;
  private Bucket bucket;
  private BlobStore blobs;

  @BeforeEach
  void open() throws IOException {
    bucket = Buckets.open("file://" + directory, Clock.systemUTC());
    blobs =
        BucketCas.of(
                bucket,
                new StoreConfig(
                    Bounds.NONE,
                    Duration.ofHours(6),
                    0,
                    100_000,
                    StoreConfig.MemoryTier.NONE,
                    StoreConfig.Compressed.AS_IT_CAME,
                    StoreConfig.Results.NEWEST))
            .blobs();
  }

  @AfterEach
  void close() throws IOException {
    bucket.close();
  }

  private interface Work {
    void run() throws IOException;
  }

  /** Bytes that this thread allocates for it, in the best of several times. */
  private static long allocated(Work work) throws IOException {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < TIMES; i++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      work.run();
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }

  private static void assertAtMost(long bound, long allocated) {
    assertTrue(allocated <= bound, allocated + " bytes are more than " + bound);
  }

  @Test
  void findMissing_ofKnownBlobs() throws IOException {
    List<Digest> digests = new ArrayList<>();
    for (int i = 0; i < BLOBS; i++) {
      digests.add(stored(ByteString.copyFromUtf8("blob " + i)));
    }

    assertAtMost(BLOBS * 16, allocated(() -> blobs.findMissing(digests)));
  }

  @Test
  void aTreeOfKnownDirectories() throws IOException {
    CachedDirectories directories =
        new CachedDirectories(blobs, 2 * BLOBS, 64 << 20, Lookups.UNCOUNTED);
    Directory.Builder root = Directory.newBuilder();
    for (int i = 0; i < BLOBS; i++) {
      Directory.Builder child = Directory.newBuilder();
      child.addSymlinksBuilder().setName("link").setTarget("to/" + i);
      root.addDirectoriesBuilder()
          .setName("child" + i)
          .setDigest(stored(child.build().toByteString()).toProto());
    }
    Digest digest = stored(root.build().toByteString());

    assertAtMost(BLOBS * 800, allocated(() -> TreeWalk.below(digest, directories)));
  }

  @Test
  void readingALargeBlob() throws IOException {
    Digest digest = stored(ByteString.copyFrom(new byte[4 << 20]));
    byte[] buffer = new byte[256 << 10];

    assertAtMost(
        256 << 10,
        allocated(
            () -> {
              try (InputStream in = blobs.read(digest, Encoding.IDENTITY, 0)) {
                while (in.readNBytes(buffer, 0, buffer.length) > 0) {}
              }
            }));
  }

  @Test
  void writingALargeBlob() throws IOException {
    ByteString bytes = ByteString.copyFrom(new byte[4 << 20]);
    Digest digest = Digest.of(bytes);

    assertAtMost(64 << 10, allocated(() -> blobs.writeAll(Map.of(digest, bytes))));
  }

  @Test
  void writingASmallBlob() throws IOException {
    List<Map<Digest, ByteString>> fresh = new ArrayList<>();
    for (int i = 0; i < TIMES; i++) {
      ByteString bytes =
          ByteString.copyFrom(new byte[1000]).concat(ByteString.copyFromUtf8("" + i));
      fresh.add(new HashMap<>(Map.of(Digest.of(bytes), bytes)));
    }
    int[] next = {0};

    assertAtMost(32 << 10, allocated(() -> blobs.writeAll(fresh.get(next[0]++))));
  }

  private Digest stored(ByteString bytes) throws IOException {
    Digest digest = Digest.of(bytes);
    blobs.writeAll(Map.of(digest, bytes));
    return digest;
  }
}
