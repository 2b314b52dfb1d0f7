// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GoDurationTest {
  @ParameterizedTest
  @CsvSource({
    "0, PT0S",
    "20, PT20S",
    "20s, PT20S",
    "1h30m, PT1H30M",
    "1.5s, PT1.5S",
    ".5h, PT30M",
    "1.h, PT1H",
    "300ms, PT0.3S",
    "5us, PT0.000005S",
    "5µs, PT0.000005S",
    "7ns, PT0.000000007S",
    "2h45m30.5s, PT2H45M30.5S",
    "30m1h, PT1H30M",
    "2562047h, PT2562047H",
  })
  void parse_duration_isTaken(String text, Duration duration) {
    assertEquals(duration, GoDuration.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "s",
        "-1s",
        "-1",
        "1d",
        "1h30",
        "1 h",
        "1.5",
        "1,5s",
        "h1",
        "1m s",
        ".s",
        "1..5s",
        "1s!",
        "2562048h",
        "999999999999999999"
      })
  void parse_garbage_namesIt(String text) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> GoDuration.parse(text));
    assertTrue(e.toString().contains("'" + text + "'"), e.toString());
  }
}
