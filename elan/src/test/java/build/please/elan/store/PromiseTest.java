// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.elan.bucket.BoundedBuckets;
import build.please.elan.bucket.Bucket;
import build.please.elan.bucket.FailingBucket;
import build.please.elan.bucket.FakeTime;
import build.please.elan.bucket.MemoryBucket;
import java.io.IOException;

/** Of objects that go one by one. */
final class PromiseTest extends PromiseContract {
  private static final int SIZE = 1000;
  private static final int CAPACITY = 10;

  PromiseTest() throws IOException {
    super(setting());
  }

  private static Setting setting() throws IOException {
    FakeTime time = new FakeTime();
    FailingBucket objects = new FailingBucket(new MemoryBucket(time.clock()));
    Bucket bounded = BoundedBuckets.around(objects, bounds(SIZE, CAPACITY), time);
    return new Setting(time, objects, bounded, SIZE, CAPACITY);
  }
}
