// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.meter;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;

/**
 * A histogram of durations under a name that keeps its own unit, or none. Safe for concurrent use.
 */
final class Seconds {
  /** For what a whole action takes. */
  static final double[] ACTION = {1, 5, 10, 30, 60, 120, 300, 600, 900, 1200};

  /** Those that Prometheus' own clients have by default. */
  static final double[] STANDARD = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

  private static final double NANOS = 1e9;

  private final DistributionSummary summary;

  Seconds(MeterRegistry registry, String name, String description, double... bounds) {
    summary =
        DistributionSummary.builder(name)
            .description(description)
            .serviceLevelObjectives(bounds)
            .register(registry);
  }

  void record(Duration taken) {
    summary.record(taken.toNanos() / NANOS);
  }
}
