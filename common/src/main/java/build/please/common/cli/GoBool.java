// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Truth values in the notation of Go, which environment variables use.
 *
 * <p>A flag with this converter also needs {@code fallbackValue = "true"}: else picocli turns the
 * default around when the flag is given, and a variable that says true makes the flag mean false.
 */
public final class GoBool implements ITypeConverter<Boolean> {
  @Override
  public Boolean convert(String text) {
    return switch (text) {
      case "1", "t", "T", "TRUE", "true", "True" -> true;
      // An empty variable counts as an absent one.
      case "", "0", "f", "F", "FALSE", "false", "False" -> false;
      default -> throw new TypeConversionException("'" + text + "' is neither true nor false");
    };
  }
}
