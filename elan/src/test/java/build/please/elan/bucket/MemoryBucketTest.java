// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.time.Clock;

final class MemoryBucketTest extends BucketContract {
  private final MemoryBucket bucket = new MemoryBucket(Clock.systemUTC());

  @Override
  Bucket bucket() {
    return bucket;
  }
}
