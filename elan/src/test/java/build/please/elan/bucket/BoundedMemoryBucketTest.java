// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

final class BoundedMemoryBucketTest extends BucketContract {
  private final FakeTime time = new FakeTime();
  private final Bucket bucket;

  BoundedMemoryBucketTest() throws IOException {
    bucket =
        BoundedBucket.open(
            new MemoryBucket(time.clock()),
            new Bounds(1 << 20, 0, Duration.ofMinutes(2)),
            new Place(size -> size, () -> Long.MAX_VALUE, null, () -> true),
            time.clock(),
            time::nanoTime);
  }

  @Override
  Bucket bucket() {
    return bucket;
  }

  @AfterEach
  void close() throws IOException {
    bucket.close();
  }
}
