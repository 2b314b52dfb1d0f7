// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** How long each of some runs took, shortest first. */
record Latencies(List<Duration> sorted) {
  Latencies {
    sorted = sorted.stream().sorted().toList();
  }

  /** The smallest duration that so many per cent of the runs did not exceed. */
  Duration percentile(int percent) {
    int rank = (sorted.size() * percent + 99) / 100;
    return sorted.get(Math.max(rank, 1) - 1);
  }

  @Override
  public String toString() {
    return sorted.size()
        + " runs: p50 "
        + millis(percentile(50))
        + " ms, p99 "
        + millis(percentile(99))
        + " ms, max "
        + millis(percentile(100))
        + " ms";
  }

  JsonObject toJson() {
    return new JsonObject()
        .put("count", sorted.size())
        .put("p50_ms", percentile(50))
        .put("p99_ms", percentile(99))
        .put("max_ms", percentile(100));
  }

  /** Milliseconds with two decimals, wherever the reader lives. */
  static String millis(Duration duration) {
    return String.format(Locale.ROOT, "%.2f", duration.toNanos() / 1e6);
  }
}
