// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The contract against a stand-in for Cloud Storage that others wrote. */
@EnabledIfSystemProperty(
    named = "gcs.emulator",
    matches = ".+",
    disabledReason = "needs another program; e2e/run bucket runs it")
@Timeout(60)
final class EmulatorBucketTest extends BucketContract {
  private Bucket bucket;

  @BeforeEach
  void open() throws IOException {
    bucket =
        Buckets.open(
            "gs://builds?prefix=" + UUID.randomUUID() + "/",
            Bounds.NONE,
            new Buckets.CloudSettings(Duration.ofHours(6), System.getProperty("gcs.emulator", "")),
            Clock.systemUTC());
  }

  @AfterEach
  void close() throws IOException {
    bucket.close();
  }

  @Override
  Bucket bucket() {
    return bucket;
  }
}
