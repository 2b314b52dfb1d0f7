// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every rule that binds has a case, or a reason why not. Prints what is covered. */
final class CoverageTest {
  private final Map<String, String> levels = Rules.load();
  private final Set<String> shown =
      Case.all(CoverageTest.class.getClassLoader()).stream()
          .flatMap(one -> one.rules().stream())
          .collect(Collectors.toCollection(TreeSet::new));

  CoverageTest() throws IOException, ClassNotFoundException {}

  @Test
  void everyBindingRule_hasACaseOrAReason() {
    System.out.print(report());

    assertEquals(
        List.of(),
        levels.entrySet().stream()
            .filter(rule -> Rules.binds(rule.getValue()))
            .map(Map.Entry::getKey)
            .filter(rule -> !shown.contains(rule) && !Excuses.ALL.containsKey(rule))
            .toList());
  }

  @Test
  void everyNamedRule_exists() {
    Set<String> unknown = new TreeSet<>(shown);
    unknown.addAll(Excuses.ALL.keySet());
    unknown.removeAll(levels.keySet());

    assertEquals(Set.of(), unknown);
  }

  /** A reason beside a case would hide that the rule holds after all. */
  @Test
  void noRule_hasBoth() {
    Set<String> both = new TreeSet<>(shown);
    both.retainAll(Excuses.ALL.keySet());

    assertEquals(Set.of(), both);
  }

  @Test
  void everyReason_isOneThatCounts() {
    assertEquals(
        List.of(), Excuses.ALL.values().stream().filter(why -> !Excuses.counts(why)).toList());
  }

  private String report() {
    StringBuilder report = new StringBuilder("\nRules with cases, by section\n");
    Map<String, List<String>> bySection =
        levels.keySet().stream()
            .collect(
                Collectors.groupingBy(Rules::section, LinkedHashMap::new, Collectors.toList()));
    bySection.forEach((section, rules) -> report.append(line(section, rules)));
    report.append(line("all", List.copyOf(levels.keySet())));
    levels.forEach(
        (rule, level) -> {
          if (!shown.contains(rule)) {
            String why = Excuses.ALL.getOrDefault(rule, level);
            report.append("  no case for ").append(rule).append(", ").append(why).append('\n');
          }
        });
    return report.toString();
  }

  private String line(String section, List<String> rules) {
    long covered = rules.stream().filter(shown::contains).count();
    long excused = rules.stream().filter(Excuses.ALL::containsKey).count();
    return String.format(
        "  %-4s %3d of %3d, %2d excused%n", section, covered, rules.size(), excused);
  }
}
