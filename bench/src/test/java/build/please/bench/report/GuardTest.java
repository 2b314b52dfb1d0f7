// SPDX-License-Identifier: Apache-2.0
package build.please.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GuardTest {
  @Test
  void worse_byMoreThanAQuarter_namesBoth() {
    List<String> worse = Guard.worse(List.of(cpu("w", 2)), List.of(cpu("w", 1.49)));
    assertEquals(1, worse.size());
    assertTrue(worse.get(0).contains("was 2.00") && worse.get(0).contains("is 1.49"), worse.get(0));
  }

  @Test
  void worse_byAQuarterOrBetterOrNew_saysNothing() {
    assertEquals(List.of(), Guard.worse(List.of(cpu("w", 2)), List.of(cpu("w", 1.5))));
    assertEquals(List.of(), Guard.worse(List.of(cpu("w", 2)), List.of(cpu("w", 9))));
    assertEquals(List.of(), Guard.worse(List.of(), List.of(cpu("w", 0.1))));
  }

  /** As --guard goes: through the file that a run left. */
  @Test
  void worseThanAReportThatWasWritten_namesWorkloadWhoAndWhatItIsComparedWith(
      @TempDir Path directory) throws IOException {
    Path report = directory.resolve("report.json");
    Row row = Some.row("w", Some.series("ours", Series.Kind.OURS, 10));
    Files.writeString(report, JsonReport.write(Some.report(row, List.of(cpu("w", 2)))));
    List<Comparison> before = JsonReport.readComparisons(report);

    assertEquals(List.of(), Guard.worse(before, List.of(cpu("w", 1.6))));
    String worse = Guard.worse(before, List.of(cpu("w", 1))).get(0);
    assertTrue(worse.startsWith("w of ours against empty service"), worse);
  }

  @Test
  void anotherOfOurs_isComparedWithItself() {
    Comparison disk =
        new Comparison(
            "ours disk://", "w", "empty service", Quantity.CPU, 1, 1, 1, OptionalDouble.empty());
    assertEquals(List.of(), Guard.worse(List.of(cpu("w", 2)), List.of(disk)));
  }

  private static Comparison cpu(String workload, double median) {
    return new Comparison(
        "ours",
        workload,
        "empty service",
        Quantity.CPU,
        median,
        median,
        median,
        OptionalDouble.empty());
  }
}
