// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.elan.store.Census;
import build.please.elan.store.Census.Amount;
import java.util.Locale;

/** What a collection did, as a table for people. */
final class CensusTable {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

  private CensusTable() {}

  /**
   * A line for each age, and one for the sum.
   *
   * @param dryRun whether nothing went
   */
  static String of(Census census, boolean dryRun) {
    StringBuilder table = new StringBuilder();
    String swept = dryRun ? "would go:" : "went:";
    table.append(line("last used", "results", "blobs", "bytes", swept, "blobs", "bytes"));
    for (Census.Row row : census.rows()) {
      table.append(line(row.age().label(), row.found(), row.swept()));
    }
    return table.append(line("all", census.found(), census.swept())).toString();
  }

  private static String line(String label, Amount found, Amount swept) {
    return line(
        label,
        found.results(),
        found.blobs(),
        bytes(found.bytes()),
        swept.results(),
        swept.blobs(),
        bytes(swept.bytes()));
  }

  private static String line(Object... cells) {
    return String.format(Locale.ROOT, "%-14s %10s %12s %12s | %10s %12s %12s%n", cells);
  }

  private static String bytes(long bytes) {
    double rest = bytes;
    int unit = 0;
    while (rest >= 1024 && unit < UNITS.length - 1) {
      rest /= 1024;
      unit++;
    }
    return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", rest, UNITS[unit]);
  }
}
