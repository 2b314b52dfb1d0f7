// SPDX-License-Identifier: Apache-2.0
package build.please.bench.report;

import build.please.bench.load.Quantiles;
import java.util.ArrayList;
import java.util.List;

/** A row as lines for a terminal. */
public final class Table {
  private Table() {}

  /** What the columns are. */
  public static String head() {
    return line("", "CPU/call", "rate", "data", "p50", "p99", "p99.9", "alloc/call");
  }

  /** The lines of one row and of what it is compared with. */
  public static List<String> lines(Row row, List<Comparison> comparisons) {
    List<String> lines = new ArrayList<>();
    lines.add(
        row.outline().id()
            + "  ("
            + row.outline().benchmark()
            + ": "
            + row.outline().title()
            + ", "
            + row.outline().clients()
            + " at once)");
    for (Series series : row.series()) {
      lines.add(line(row, series));
    }
    for (Comparison comparison : comparisons) {
      if (comparison.goal().isPresent() || comparison.quantity() == Quantity.CPU) {
        lines.add("    " + comparison.text());
      }
    }
    return lines;
  }

  private static String line(Row row, Series series) {
    if (!series.counts()) {
      return String.format(
          "  %-24s no figure: %s", series.name(), series.fault().orElse("nothing was measured"));
    }
    Quantiles latencies = series.latencies();
    double rate = series.of(measured -> measured.sample().perSecond()).median();
    long bytes = row.outline().bytes();
    return line(
        series.name(),
        Figures.time(series.of(Measured::serverPerOperation).median()),
        Figures.rate(rate),
        bytes == 0 ? "" : Figures.bytes(rate * bytes) + "/s",
        Figures.time(latencies.median()),
        Figures.time(latencies.at(0.99)),
        Figures.time(latencies.at(0.999)),
        series.kind() == Series.Kind.OURS
            ? Figures.bytes(series.of(Measured::allocatedPerOperation).median())
            : "");
  }

  private static String line(Object... columns) {
    return String.format("  %-24s %11s %12s %11s %10s %10s %10s %11s", columns).stripTrailing();
  }
}
