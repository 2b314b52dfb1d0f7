// SPDX-License-Identifier: Apache-2.0
package build.please.bench.load;

import java.util.Arrays;

/** Quantiles of values that are all there, so that nothing is rounded into classes. */
public final class Quantiles {
  private final double[] sorted;

  private Quantiles(double[] sorted) {
    this.sorted = sorted;
  }

  public static Quantiles of(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Quantiles(sorted);
  }

  public static Quantiles of(long[] values) {
    return of(Arrays.stream(values).asDoubleStream().toArray());
  }

  /** The smallest value that at least this share of all do not exceed; NaN if there is none. */
  public double at(double share) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    int rank = (int) Math.ceil(share * sorted.length);
    return sorted[Math.max(0, Math.min(sorted.length, rank) - 1)];
  }

  /** The one in the middle, or the mean of the two that are; NaN if there is none. */
  public double median() {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  public double least() {
    return sorted.length == 0 ? Double.NaN : sorted[0];
  }

  public double most() {
    return sorted.length == 0 ? Double.NaN : sorted[sorted.length - 1];
  }
}
