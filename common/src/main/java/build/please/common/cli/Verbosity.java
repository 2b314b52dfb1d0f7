// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import ch.qos.logback.classic.Level;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * How much is logged, in the reference's words. Java's loggers know no level between warning and
 * info, so notice shows what info does, and critical what error does.
 */
public enum Verbosity {
  CRITICAL,
  ERROR,
  WARNING,
  NOTICE,
  INFO,
  DEBUG;

  Level level() {
    return switch (this) {
      case CRITICAL, ERROR -> Level.ERROR;
      case WARNING -> Level.WARN;
      case NOTICE, INFO -> Level.INFO;
      case DEBUG -> Level.DEBUG;
    };
  }

  /** The name that flags know it by. */
  public String flag() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * By name or number.
   *
   * @throws IllegalArgumentException if the text names no verbosity; names the text
   */
  public static Verbosity parse(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "critical", "fatal" -> CRITICAL;
      case "0", "error" -> ERROR;
      case "1", "warning", "warn" -> WARNING;
      case "2", "notice", "v" -> NOTICE;
      case "3", "info", "vv" -> INFO;
      case "4", "debug", "vvv" -> DEBUG;
      default ->
          throw new IllegalArgumentException(
              "'" + text + "' is not one of error, warning, notice, info, debug, or 0 to 4");
    };
  }

  /** For options. */
  public static final class Converter implements ITypeConverter<Verbosity> {
    @Override
    public Verbosity convert(String text) {
      try {
        return parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
