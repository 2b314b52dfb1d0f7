// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.BlobSink;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.HashFunction;
import build.please.common.cas.StoreFullException;
import build.please.elan.bucket.Bounds;
import build.please.elan.bucket.Occupancy;
import build.please.elan.meter.ElanMeters;
import build.please.elan.store.StoreConfig;
import build.please.metrics.Metrics;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The store that a server opens, with all that stands around it. */
@Timeout(60)
final class StoreTest {
  private static final StoreConfig BOUNDED =
      new StoreConfig(
          new Bounds(100_000, 0, Duration.ofMinutes(2)),
          StoreConfig.DEFAULT_PROMISE,
          0,
          1000,
          StoreConfig.MemoryTier.NONE,
          StoreConfig.Compressed.AS_IT_CAME,
          StoreConfig.Results.NEWEST);

  @TempDir Path root;

  private Store open(Metrics metrics) {
    Store store =
        new StorageFlag("file://" + root, root)
            .open(BOUNDED, ElanMeters.in(metrics.registry()), Clock.systemUTC());
    while (store.occupancy().orElseThrow().state() == Occupancy.State.INDEXING) {
      Thread.onSpinWait();
    }
    return store;
  }

  private static Digest write(Store store, ByteString bytes) throws IOException {
    Digest digest = Digest.of(HashFunction.SHA256, bytes);
    try (BlobSink sink = store.cas().blobs().write(digest, Encoding.IDENTITY)) {
      bytes.writeTo(sink);
      sink.commit();
    }
    return digest;
  }

  private static ByteString bytes(int size, int fill) {
    byte[] bytes = new byte[size];
    Arrays.fill(bytes, (byte) fill);
    return ByteString.copyFrom(bytes);
  }

  @Test
  void storeFullOfLeases_isNotWritable_andTheMetricsSayWhy() throws IOException {
    try (Metrics metrics = Metrics.withoutHttp();
        Store store = open(metrics)) {
      assertTrue(store.isWritable());
      Digest first = write(store, bytes(80_000, 1));
      assertThrows(StoreFullException.class, () -> write(store, bytes(80_000, 2)));

      assertFalse(store.isWritable());
      assertEquals(Set.of(), store.cas().blobs().findMissing(List.of(first)));
      ScrapedPage page = new ScrapedPage(metrics.scrape());
      assertEquals(1, page.value("elan_store_full"));
      assertEquals(81_920, page.value("elan_store_bytes"));
      assertEquals(100_000, page.value("elan_store_max_bytes"));
      assertEquals(1, page.value("elan_store_objects"));
    }
  }

  @Test
  void corruptBlob_isPutAway_notDeleted() throws IOException {
    try (Metrics metrics = Metrics.withoutHttp();
        Store store = open(metrics)) {
      Digest digest = write(store, bytes(5000, 1));
      Path file = root.resolve("cas/" + digest.hash().substring(0, 2) + "/" + digest.hash());
      Files.delete(file);
      Files.write(file, bytes(5000, 7).toByteArray());

      assertEquals(0, store.cas().blobs().readAll(List.of(digest)).size());

      assertEquals(Set.of(digest), store.cas().blobs().findMissing(List.of(digest)));
      try (Stream<Path> away = Files.list(root.resolve(".elan/quarantine"))) {
        assertEquals(1, away.count());
      }
      assertEquals(0, store.occupancy().orElseThrow().bytes());
      assertEquals(1, new ScrapedPage(metrics.scrape()).value("elan_corrupt_blobs_total"));
    }
  }
}
