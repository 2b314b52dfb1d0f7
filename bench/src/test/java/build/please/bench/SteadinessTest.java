// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class SteadinessTest {
  private final Steadiness steadiness = new Steadiness();

  @Test
  void fewCosts_areNotSteady_evenIfEqual() {
    add(10, 10, 10);
    assertFalse(steadiness.isReached());
    add(10);
    assertTrue(steadiness.isReached());
  }

  @Test
  void costsThatFall_areNotSteady_untilTheyStop() {
    add(100, 90, 80, 70, 60, 50);
    assertFalse(steadiness.isReached());
    add(49.9, 50, 50.5);
    assertTrue(steadiness.isReached());
  }

  @Test
  void aCostThatRose_isSteady_sinceItDoesNotFall() {
    add(10, 10, 10, 12, 12, 12);
    assertTrue(steadiness.isReached());
  }

  @Test
  void oneOutlier_doesNotMakeFallingCostsSteady() {
    add(100, 90, 80, 70, 200, 60);
    assertFalse(steadiness.isReached());
  }

  private void add(double... costs) {
    for (double cost : costs) {
      steadiness.add(cost);
    }
  }
}
