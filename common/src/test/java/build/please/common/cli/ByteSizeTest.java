// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ByteSizeTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "147, 147",
    "10M, 10000000",
    "10MB, 10000000",
    "10mb, 10000000",
    "10MiB, 10485760",
    "10Mi, 10485760",
    "100K, 100000",
    "1G, 1000000000",
    "1 GiB, 1073741824",
    "1.5K, 1500",
    "0.5, 0",
    ".5k, 500",
    "12B, 12",
    "8E, 8000000000000000000",
    "9223372036854775807, 9223372036854775807",
  })
  void parse_size_isBytes(String text, long bytes) {
    assertEquals(bytes, ByteSize.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "M",
        "-1",
        "-10M",
        "10Q",
        "10MM",
        "ten",
        "1.2.3",
        "1e3",
        "0x10",
        ".",
        "10 M B",
        "9223372036854775808",
        "9E3",
        "10E",
        "99999999999999999999999999999999999999999999"
      })
  void parse_garbage_namesIt(String text) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> ByteSize.parse(text));
    assertTrue(e.toString().contains("'" + text + "'"), e.toString());
  }
}
