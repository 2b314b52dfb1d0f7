// SPDX-License-Identifier: Apache-2.0
package build.please.bench.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Finds what became worse between two runs, by ratios only, so that the machine may differ. */
public final class Guard {
  /** What is left of a ratio that became worse by a quarter. */
  private static final double LEFT = 0.75;

  private Guard() {}

  /** One line for each ratio of time per call that became worse by more than a quarter. */
  public static List<String> worse(List<Comparison> before, List<Comparison> now) {
    Map<String, Comparison> old = new HashMap<>();
    before.forEach(one -> old.put(key(one), one));
    List<String> worse = new ArrayList<>();
    for (Comparison one : now) {
      Comparison then = old.get(key(one));
      if (one.quantity() == Quantity.CPU && then != null && one.median() < LEFT * then.median()) {
        worse.add(
            String.format(
                Locale.ROOT,
                "%s of %s against %s, %s: was %s (%s–%s), is %s (%s–%s)",
                one.workload(),
                one.who(),
                one.against(),
                one.quantity().words(),
                Figures.ratio(then.median()),
                Figures.ratio(then.least()),
                Figures.ratio(then.most()),
                Figures.ratio(one.median()),
                Figures.ratio(one.least()),
                Figures.ratio(one.most())));
      }
    }
    return worse;
  }

  private static String key(Comparison one) {
    return one.who() + "|" + one.workload() + "|" + one.against() + "|" + one.quantity();
  }
}
