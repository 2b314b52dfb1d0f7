// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.elan.bucket.Bucket;
import build.please.elan.bucket.Buckets;
import build.please.elan.store.BucketCas;
import com.google.protobuf.ByteString;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What batches allocate on a packed store for each blob; see {@link AllocationTest}. */
final class PackedAllocationTest {
  private static final int BLOBS = 200;
  private static final int SIZE = 1024;
  private static final int TIMES = 10;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir private Path directory;
  private Bucket bucket;
  private BlobStore blobs;

  @BeforeEach
  void open() throws IOException {
    bucket = Buckets.open("disk://" + directory, Clock.systemUTC());
    blobs = BucketCas.of(bucket).blobs();
  }

  @AfterEach
  void close() throws IOException {
    bucket.close();
  }

  private interface Work {
    void run(Map<Digest, ByteString> batch) throws IOException;
  }

  private static Map<Digest, ByteString> batch(int number) {
    Map<Digest, ByteString> batch = new HashMap<>();
    for (int i = 0; i < BLOBS; i++) {
      byte[] bytes = new byte[SIZE];
      bytes[0] = (byte) number;
      bytes[1] = (byte) i;
      batch.put(Digest.of(bytes), ByteString.copyFrom(bytes));
    }
    return batch;
  }

  /** For each blob, in the best of several batches. */
  private static void assertAtMost(long bound, Work work) throws IOException {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < TIMES; i++) {
      Map<Digest, ByteString> batch = batch(i);
      long before = THREADS.getCurrentThreadAllocatedBytes();
      work.run(batch);
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    long each = least / BLOBS;
    assertTrue(each <= bound, each + " bytes for a blob are more than " + bound);
  }

  @Test
  void writing() throws IOException {
    assertAtMost(2 * SIZE, blobs::writeAll);
  }

  @Test
  void reading() throws IOException {
    for (int i = 0; i < TIMES; i++) {
      blobs.writeAll(batch(i));
    }

    assertAtMost(SIZE + 512, batch -> assertEquals(batch, blobs.readAll(batch.keySet())));
  }

  @Test
  void findMissing() throws IOException {
    for (int i = 0; i < TIMES; i++) {
      blobs.writeAll(batch(i));
    }

    assertAtMost(
        160, batch -> assertEquals(Set.of(), blobs.findMissing(List.copyOf(batch.keySet()))));
  }
}
