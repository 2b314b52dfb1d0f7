// SPDX-License-Identifier: Apache-2.0
package build.please.bench.report;

import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Ours against another at one workload. A ratio says how many times better ours is: above 1, ours
 * costs less or does more.
 *
 * @param who the name of ours
 * @param workload its id
 * @param against the name of the other
 * @param median of the ratios of all rounds
 * @param least of them
 * @param most of them
 * @param goal what the median should reach, if something was set
 */
public record Comparison(
    String who,
    String workload,
    String against,
    Quantity quantity,
    double median,
    double least,
    double most,
    OptionalDouble goal) {

  /** Whether there is a goal and it was not reached. */
  public boolean isMissed() {
    return goal.isPresent() && !(median >= goal.getAsDouble());
  }

  /** "met", or by what share it was missed; empty without a goal. */
  public String verdict() {
    if (goal.isEmpty()) {
      return "";
    }
    if (!isMissed()) {
      return "met";
    }
    return String.format(
        Locale.ROOT, "missed by %.0f %%", Math.max(1, 100 * (1 - median / goal.getAsDouble())));
  }

  /** One line for people. */
  public String text() {
    String text =
        String.format(
            Locale.ROOT,
            "%s: %s × %s (%s–%s) in %s",
            who,
            Figures.ratio(median),
            against,
            Figures.ratio(least),
            Figures.ratio(most),
            quantity.words());
    return goal.isEmpty()
        ? text
        : text + ", goal " + Figures.ratio(goal.getAsDouble()) + ": " + verdict();
  }
}
