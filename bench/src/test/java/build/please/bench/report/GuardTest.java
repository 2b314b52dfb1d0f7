// SPDX-License-Identifier: Apache-2.0
package build.please.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

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

  private static Comparison cpu(String workload, double median) {
    return new Comparison(
        workload, "empty service", Quantity.CPU, median, median, median, OptionalDouble.empty());
  }
}
