// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.elan.bucket.BoundedBuckets;
import build.please.elan.bucket.FailingBucket;
import build.please.elan.bucket.FakeTime;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Of objects that go with the segment that they are in. */
final class PackedPromiseTest extends PromiseContract {
  private static final int SIZE = 20_000;
  private static final int CAPACITY = 200;

  PackedPromiseTest(@TempDir Path root) throws IOException {
    super(setting(root));
  }

  private static Setting setting(Path root) throws IOException {
    FakeTime time = new FakeTime();
    FailingBucket packed =
        new FailingBucket(BoundedBuckets.packed(root, bounds(SIZE, CAPACITY), time));
    return new Setting(time, packed, packed, SIZE, CAPACITY);
  }
}
