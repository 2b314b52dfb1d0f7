// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import build.please.elan.fakegcs.FakeGcs;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;

/** Opens buckets of the fake for tests, with pauses that nobody notices. */
final class GcsBuckets {
  static final Duration REFRESH = Duration.ofDays(1);

  private static final GcsRetry.Limits QUICK =
      new GcsRetry.Limits(
          5,
          Duration.ofMillis(2),
          Duration.ofMillis(20),
          Duration.ofSeconds(10),
          Duration.ofSeconds(2),
          Duration.ofMillis(500));

  private GcsBuckets() {}

  static GcsBucket open(FakeGcs cloud, String name, String prefix, Clock clock) throws IOException {
    return GcsBucket.open(config(cloud, name, prefix, clock));
  }

  static GcsConfig config(FakeGcs cloud, String name, String prefix, Clock clock) {
    return new GcsConfig(name, prefix, "http://" + cloud.address(), REFRESH, QUICK, clock);
  }
}
