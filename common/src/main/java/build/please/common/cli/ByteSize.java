// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Sizes as the reference reads them: {@code 10M} and {@code 10MB} are 10 000 000 bytes, {@code
 * 10MiB} 10 485 760, a bare number is bytes. Fractions are cut off.
 */
public final class ByteSize implements ITypeConverter<Long> {
  private static final Map<String, BigDecimal> UNITS =
      Map.ofEntries(
          Map.entry("", BigDecimal.ONE),
          Map.entry("k", decimal(1)),
          Map.entry("m", decimal(2)),
          Map.entry("g", decimal(3)),
          Map.entry("t", decimal(4)),
          Map.entry("p", decimal(5)),
          Map.entry("e", decimal(6)),
          Map.entry("ki", binary(1)),
          Map.entry("mi", binary(2)),
          Map.entry("gi", binary(3)),
          Map.entry("ti", binary(4)),
          Map.entry("pi", binary(5)),
          Map.entry("ei", binary(6)));

  private static final BigDecimal LARGEST = BigDecimal.valueOf(Long.MAX_VALUE);

  /** More digits than any size has; keeps a hostile value from costing time. */
  private static final int LONGEST = 40;

  /**
   * Bytes, zero or more.
   *
   * @throws IllegalArgumentException if the text is no size or one too large; names the text
   */
  public static long parse(String text) {
    String lower = text.strip().toLowerCase(Locale.ROOT);
    int end = 0;
    while (end < lower.length() && ".,0123456789".indexOf(lower.charAt(end)) >= 0) {
      end++;
    }
    String unit = lower.substring(end).strip();
    if (unit.endsWith("b")) {
      unit = unit.substring(0, unit.length() - 1);
    }
    BigDecimal multiple = UNITS.get(unit);
    if (multiple == null || end > LONGEST) {
      throw malformed(text);
    }
    try {
      BigDecimal bytes =
          new BigDecimal(lower.substring(0, end).replace(",", "")).multiply(multiple);
      if (bytes.compareTo(LARGEST) > 0) {
        throw new IllegalArgumentException("'" + text + "' is too large a size");
      }
      return bytes.longValue();
    } catch (NumberFormatException e) {
      throw malformed(text);
    }
  }

  @Override
  public Long convert(String text) {
    try {
      return parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(
        "'"
            + text
            + "' is not a size; expected bytes, or a number with a unit such as 10M or 10MiB");
  }

  private static BigDecimal decimal(int power) {
    return BigDecimal.valueOf(1000).pow(power);
  }

  private static BigDecimal binary(int power) {
    return new BigDecimal(BigInteger.ONE.shiftLeft(10 * power));
  }
}
