// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Durations in Go's notation, {@code 1h30m}, {@code 1.5s}, {@code 300ms}; a bare integer is
 * seconds.
 */
public final class GoDuration implements ITypeConverter<Duration> {
  private static final Pattern PART =
      Pattern.compile("([0-9]{1,18}\\.?[0-9]{0,18}|\\.[0-9]{1,18})(ns|us|µs|μs|ms|s|m|h)");

  private static final Map<String, Long> NANOS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "µs", 1_000L, // the micro sign
          "μs", 1_000L, // the Greek letter
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L);

  /** Go's own limit, 292 years. */
  private static final BigDecimal LARGEST = BigDecimal.valueOf(Long.MAX_VALUE);

  /**
   * A duration of zero or more.
   *
   * @throws IllegalArgumentException if the text is no duration, negative, or more than 292 years;
   *     names the text
   */
  public static Duration parse(String text) {
    String value = text.strip();
    if (value.equals("0")) {
      return Duration.ZERO;
    }
    if (value.matches("[0-9]{1,18}")) {
      return checked(text, new BigDecimal(value).movePointRight(9));
    }
    BigDecimal nanos = BigDecimal.ZERO;
    Matcher part = PART.matcher(value);
    int end = 0;
    while (end < value.length() && part.find(end) && part.start() == end) {
      long unit = NANOS.getOrDefault(part.group(2), 0L);
      nanos = nanos.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(unit)));
      end = part.end();
    }
    if (end == 0 || end < value.length()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a duration; expected seconds, or such as 1h30m, 20s or 300ms");
    }
    return checked(text, nanos);
  }

  @Override
  public Duration convert(String text) {
    try {
      return parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  private static Duration checked(String text, BigDecimal nanos) {
    if (nanos.compareTo(LARGEST) > 0) {
      throw new IllegalArgumentException("'" + text + "' is too long a duration");
    }
    return Duration.ofNanos(nanos.longValue());
  }
}
