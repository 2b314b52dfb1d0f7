// SPDX-License-Identifier: Apache-2.0
package build.please.bench.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class CoresTest {
  @Test
  void cores_ofTheKernelsText_areBusyForAllButIdleAndWaiting() {
    Cores before = Cores.parse("cpu  100 0 100 700 100 0 0 0 50 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n");
    assertEquals(new Cores(200, 1000), before);
    Cores now = Cores.parse("cpu  110 0 115 760 110 0 0 5 60 0\n");
    assertEquals(0.3, now.busySince(before).orElseThrow(), 1e-9);
    assertTrue(now.busySince(now).isEmpty());
  }
}
