// SPDX-License-Identifier: Apache-2.0
package build.please.elan.meter;

import java.time.Duration;
import java.util.stream.LongStream;

/** Bounds of histograms. */
final class Buckets {
  private Buckets() {}

  /** Those that Prometheus' own clients have by default, 5 ms to 10 s. */
  static Duration[] standard() {
    return millis(5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000);
  }

  /** With room for what a local store does in less than a millisecond. */
  static Duration[] fine() {
    return LongStream.of(
            50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 50_000, 250_000, 1_000_000, 10_000_000)
        .mapToObj(micros -> Duration.ofNanos(micros * 1_000))
        .toArray(Duration[]::new);
  }

  private static Duration[] millis(long... bounds) {
    return LongStream.of(bounds).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
  }
}
