// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

/**
 * Tells when a cost has stopped falling: the least of the last few is no less, by more than a
 * little, than the least of all before.
 */
final class Steadiness {
  private static final int LAST = 3;
  private static final double LITTLE = 0.03;

  private final double[] last = new double[LAST];
  private int count;
  private double leastBefore = Double.POSITIVE_INFINITY;

  void add(double cost) {
    int at = count % LAST;
    if (count >= LAST) {
      leastBefore = Math.min(leastBefore, last[at]);
    }
    last[at] = cost;
    count++;
  }

  boolean isReached() {
    if (count <= LAST) {
      return false;
    }
    double least = Double.POSITIVE_INFINITY;
    for (double cost : last) {
      least = Math.min(least, cost);
    }
    return least >= leastBefore * (1 - LITTLE);
  }
}
