// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import build.please.elan.fakegcs.FakeGcs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class GcsBucketTest extends BucketContract {
  @TempDir Path directory;
  private FakeGcs cloud;
  private Bucket bucket;

  @BeforeEach
  void open() throws IOException {
    cloud = FakeGcs.start("builds", directory, Clock.systemUTC());
    bucket = GcsBuckets.open(cloud, "builds", "a/b/", Clock.systemUTC());
  }

  @AfterEach
  void close() throws IOException {
    bucket.close();
    cloud.close();
  }

  @Override
  Bucket bucket() {
    return bucket;
  }
}
