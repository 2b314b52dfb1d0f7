// SPDX-License-Identifier: Apache-2.0
package build.please.bench.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ProcessUsageTest {
  @Test
  void parse_nameWithSpacesAndParentheses_findsTheTimes() {
    ProcessUsage usage =
        ProcessUsage.parse("42 (a (b) c) S 1 42 42 0 -1 4194560 9 8 7 6 150 25 30 5 20 0 9 0");
    assertEquals(new ProcessUsage(1_750_000_000L, 350_000_000L), usage);
  }

  @Test
  void resident_ofThisProcess_isNotZero() throws IOException {
    assertTrue(ProcessUsage.resident(List.of(ProcessHandle.current().pid())) > 1_000_000);
  }

  @Test
  void pressure_ofTheKernelsText_isTheShareOfTenSeconds() {
    assertEquals(
        12.5,
        Pressure.parse("some avg10=12.50 avg60=1.00 avg300=0.10 total=99\n").orElseThrow(),
        0.001);
    assertTrue(Pressure.parse("").isEmpty());
  }
}
