// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

final class PlatformFlagTest {
  private final PlatformFlag flag = new PlatformFlag();

  @Test
  void bothWritings_areRead_andValuesOfOneNameAreJoined() {
    assertEquals(
        Map.of("a", Set.of("1", "2:3"), "b", Set.of("x=y")),
        PlatformFlag.byName(
            List.of(flag.convert("a=1"), flag.convert("a:2:3"), flag.convert("b:x=y"))));
  }

  @Test
  void anythingElse_isRefusedInOneLine() {
    for (String given : List.of("", "a", "=1", ":1", "a=", "a:")) {
      TypeConversionException e =
          assertThrows(TypeConversionException.class, () -> flag.convert(given));
      assertTrue(e.toString().contains("'" + given + "' is not NAME=VALUE"), e::toString);
    }
  }
}
