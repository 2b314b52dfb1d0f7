// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class VerbosityTest {
  @ParameterizedTest
  @CsvSource({
    "critical, CRITICAL",
    "fatal, CRITICAL",
    "0, ERROR",
    "error, ERROR",
    "1, WARNING",
    "warning, WARNING",
    "warn, WARNING",
    "2, NOTICE",
    "notice, NOTICE",
    "v, NOTICE",
    "3, INFO",
    "info, INFO",
    "vv, INFO",
    "4, DEBUG",
    "debug, DEBUG",
    "vvv, DEBUG",
  })
  void parse_word_isTaken(String text, Verbosity verbosity) {
    assertEquals(verbosity, Verbosity.parse(text));
  }

  @Test
  void parse_otherWord_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> Verbosity.parse("5"));
    assertThrows(IllegalArgumentException.class, () -> Verbosity.parse(""));
  }
}
