// SPDX-License-Identifier: Apache-2.0
package build.please.bench.report;

import build.please.bench.load.Quantiles;

/** What two contenders are compared by, in one round. */
public enum Quantity {
  /** Time of the server for each call. */
  CPU("CPU per call"),
  /** Calls for each second of wall time. */
  RATE("calls per second"),
  /** The latency that half of the calls do not exceed. */
  P50("median latency");

  private final String words;

  Quantity(String words) {
    this.words = words;
  }

  /** For people. */
  public String words() {
    return words;
  }

  /** Whether less is better. */
  boolean isCost() {
    return this != RATE;
  }

  double of(Measured measured) {
    return switch (this) {
      case CPU -> measured.serverPerOperation();
      case RATE -> measured.sample().perSecond();
      case P50 -> Quantiles.of(measured.sample().latencies()).median();
    };
  }
}
