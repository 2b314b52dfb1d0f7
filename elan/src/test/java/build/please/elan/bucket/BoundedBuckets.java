// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.io.IOException;

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
}
