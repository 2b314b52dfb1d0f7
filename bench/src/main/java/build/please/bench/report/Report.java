// SPDX-License-Identifier: Apache-2.0
package build.please.bench.report;

import build.please.bench.machine.Machine;
import java.util.List;

/**
 * All of a run.
 *
 * @param facts single figures: a name, a value and its unit
 */
public record Report(
    Machine machine,
    Settings settings,
    List<Row> rows,
    List<Comparison> comparisons,
    List<Fact> facts) {
  public Report {
    rows = List.copyOf(rows);
    comparisons = List.copyOf(comparisons);
    facts = List.copyOf(facts);
  }
}
