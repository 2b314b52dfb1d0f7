// SPDX-License-Identifier: Apache-2.0
package build.please.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

final class MetGoalsTest {
  private static final OptionalDouble GOAL = OptionalDouble.of(2);

  private static Comparison ratio(String who, String workload, double median, OptionalDouble goal) {
    return new Comparison(who, workload, "go", Quantity.CPU, median, median, median, goal);
  }

  private static Fact fact(String id, double value, OptionalDouble most) {
    return new Fact(id, "A title", value, Fact.Unit.COUNT, most);
  }

  @Test
  void eachPart_isCountedByItself_withoutWhatHasNoGoal() {
    List<Comparison> ratios =
        List.of(
            ratio("ours disk://", "read/1KiB", 3, GOAL),
            ratio("ours disk://", "write/1KiB", 2, GOAL),
            ratio("ours disk://", "write/1MiB", 1, GOAL),
            ratio("ours disk://", "read/1MiB", 1, OptionalDouble.empty()),
            ratio("ours", "read/1KiB", 1, GOAL),
            ratio("ours", "execute/true/1", 3, GOAL),
            ratio("ours", "execute/cached", 1, GOAL));
    List<Fact> facts =
        List.of(
            fact("growth/find-missing/disk/100000", 1, GOAL),
            fact("growth/restart/file/100000", 1, GOAL),
            fact("kept/ended", 1, GOAL),
            fact("identical/runs/ours", 1, GOAL),
            fact("start", 3, GOAL),
            fact("cold/p50", 1, OptionalDouble.empty()));
    assertEquals(
        "7 of 11 are met: on `disk://` 3 of 4, on `file://` 1 of 2, of executions 3 of 4,"
            + " of all else 0 of 1.",
        MetGoals.of(ratios, facts).sentence());
  }

  @Test
  void partsWithoutGoals_areNotNamed() {
    assertEquals(
        "0 of 1 are met: on `file://` 0 of 1.",
        MetGoals.of(List.of(ratio("ours", "read/1KiB", 1, GOAL)), List.of()).sentence());
    assertEquals("0 of 0 are met.", MetGoals.of(List.of(), List.of()).sentence());
  }
}
