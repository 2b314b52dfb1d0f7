// SPDX-License-Identifier: Apache-2.0
package build.please.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class FiguresTest {
  @Test
  void time_ofAnySize_hasThreeDigitsAndItsUnit() {
    assertEquals("999 ns", Figures.time(999));
    assertEquals("1.00 µs", Figures.time(1000));
    assertEquals("12.3 ms", Figures.time(12_345_678));
    assertEquals("120 s", Figures.time(120e9));
    assertEquals("-", Figures.time(Double.NaN));
  }

  @Test
  void bytes_ofAnySize_countInPowersOfTwo() {
    assertEquals("0 B", Figures.bytes(0));
    assertEquals("1.50 KiB", Figures.bytes(1536));
    assertEquals("2048 GiB", Figures.bytes(2048.0 * (1 << 30)));
  }
}
