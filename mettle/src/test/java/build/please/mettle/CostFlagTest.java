// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import build.please.mettle.worker.Costs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

final class CostFlagTest {
  private final CostFlag flag = new CostFlag();

  @Test
  void nameCurrencyAndAmount_areTakenApart() {
    assertEquals(new Costs.Cost("machine", "GBP", 0.02), flag.convert("machine:£0.02"));
    assertEquals(new Costs.Cost("disk", "USD", 1.5), flag.convert("disk:$1.5"));
    assertEquals(new Costs.Cost("hot air", "EUR", 10.0), flag.convert("hot air:EUR10.0"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "machine",
        "machine:",
        ":£0.02",
        "machine:0.02",
        "machine:£2",
        "machine:£-0.1",
        "machine:eur0.1",
        "machine:£0.02 ",
        "machine:EU0.1",
        "machine:£1e9",
        "a:b:£0.1"
      })
  void otherForms_areRefused_namingThem(String text) {
    TypeConversionException refused =
        assertThrows(TypeConversionException.class, () -> flag.convert(text));
    assertEquals(
        "'" + text + "' is not NAME:AMOUNT, such as machine:£0.02 or machine:EUR0.02",
        refused.getMessage());
  }
}
