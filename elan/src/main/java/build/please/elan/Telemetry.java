// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.metrics.Metrics;
import build.please.traces.Traces;

/** What a server tells of its work: numbers to whoever asks, traces to a collector. */
public record Telemetry(Metrics metrics, Traces traces) {
  /** Numbers only. */
  public static Telemetry untraced(Metrics metrics) {
    return new Telemetry(metrics, Traces.OFF);
  }
}
