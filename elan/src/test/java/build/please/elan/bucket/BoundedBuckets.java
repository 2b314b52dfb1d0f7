// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import build.please.elan.packed.Durability;
import java.io.IOException;
import java.nio.file.Path;

/** Bounded buckets whose time a test moves, for tests of what stands on them. */
public final class BoundedBuckets {
  private BoundedBuckets() {}

  /** Objects in memory that count with their bytes alone. */
  public static BoundedBucket around(Bucket bucket, Bounds bounds, FakeTime time)
      throws IOException {
    return BoundedBucket.open(
        bucket,
        bounds,
        new Place(size -> size, () -> Long.MAX_VALUE, null, () -> true),
        time.clock(),
        time::nanoTime);
  }

  /** A packed store in a directory, which forces nothing to disk. */
  public static Bucket packed(Path root, Bounds bounds, FakeTime time) throws IOException {
    Bucket bucket =
        new PackedBucket(
            PackedStore.open(
                root,
                new PackedStore.Config(
                    Durability.NONE, bounds, time.clock(), time::nanoTime, "boot")));
    while (bucket.fullness().orElseThrow().state() == Occupancy.State.INDEXING) {
      Thread.onSpinWait();
    }
    return bucket;
  }

  /** Stores so many zeros. */
  static void store(Bucket bucket, String key, int size) throws IOException {
    try (BucketWriter writer = bucket.write(key, size)) {
      writer.write(new byte[size], 0, size);
      writer.commit();
    }
  }
}
