// SPDX-License-Identifier: Apache-2.0
package build.please.bench.report;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** How many goals were met, counted for what has little to do with each other. */
final class MetGoals {
  /** What a goal is about. */
  private enum Part {
    PACKED("on `disk://`"),
    FILES("on `file://`"),
    EXECUTION("of executions"),
    REST("of all else");

    private final String words;

    Part(String words) {
      this.words = words;
    }

    static Part of(Comparison one) {
      if (one.workload().startsWith("execute/")) {
        return EXECUTION;
      }
      return one.who().endsWith("disk://") ? PACKED : FILES;
    }

    static Part of(Fact one) {
      String id = one.id();
      if (id.startsWith("kept/") || id.startsWith("identical/")) {
        return EXECUTION;
      } else if (id.startsWith("growth/")) {
        return id.contains("/disk/") ? PACKED : FILES;
      }
      return REST;
    }
  }

  private final Map<Part, int[]> counts = new EnumMap<>(Part.class);
  private int met;
  private int all;

  /** Counts those that have a goal or a bound. */
  static MetGoals of(List<Comparison> comparisons, List<Fact> facts) {
    MetGoals goals = new MetGoals();
    for (Comparison one : comparisons) {
      if (one.goal().isPresent()) {
        goals.add(Part.of(one), one.isMissed());
      }
    }
    for (Fact one : facts) {
      if (one.most().isPresent()) {
        goals.add(Part.of(one), one.isMissed());
      }
    }
    return goals;
  }

  private void add(Part part, boolean isMissed) {
    int[] count = counts.computeIfAbsent(part, none -> new int[2]);
    count[0] += isMissed ? 0 : 1;
    count[1]++;
    met += isMissed ? 0 : 1;
    all++;
  }

  /** One sentence: of all together, then of each part that has any. */
  String sentence() {
    StringBuilder text = new StringBuilder(met + " of " + all + " are met");
    String before = ": ";
    for (Map.Entry<Part, int[]> one : counts.entrySet()) {
      text.append(before)
          .append(one.getKey().words)
          .append(' ')
          .append(one.getValue()[0])
          .append(" of ")
          .append(one.getValue()[1]);
      before = ", ";
    }
    return text.append('.').toString();
  }
}
