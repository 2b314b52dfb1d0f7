// SPDX-License-Identifier: Apache-2.0
package build.please.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class QuantilesTest {
  private static final double EXACTLY = 0;

  @Test
  void at_oneToThousandInAnyOrder_isTheRankItself() {
    Quantiles quantiles =
        Quantiles.of(LongStream.rangeClosed(1, 1000).map(i -> 1001 - i).toArray());
    assertEquals(990, quantiles.at(0.99), EXACTLY);
    assertEquals(999, quantiles.at(0.999), EXACTLY);
    assertEquals(1000, quantiles.at(1), EXACTLY);
    assertEquals(1, quantiles.at(0), EXACTLY);
  }

  @Test
  void at_fewerValuesThanTheShareTells_isTheLargest() {
    assertEquals(7, Quantiles.of(3, 7, 5).at(0.999), EXACTLY);
  }

  @Test
  void median_evenNumber_isBetweenTheTwoInTheMiddle() {
    assertEquals(2.5, Quantiles.of(4, 1, 2, 3).median(), EXACTLY);
    assertEquals(3, Quantiles.of(5, 1, 3).median(), EXACTLY);
  }

  @Test
  void any_withoutValues_isNotANumber() {
    Quantiles none = Quantiles.of();
    assertTrue(Double.isNaN(none.median()) && Double.isNaN(none.at(0.5)));
    assertTrue(Double.isNaN(none.least()) && Double.isNaN(none.most()));
  }
}
