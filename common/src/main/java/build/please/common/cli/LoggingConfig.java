// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What is logged where: always on stderr, and in a file as well if there is one.
 *
 * @param file truncated at start; its directories are made
 */
public record LoggingConfig(
    Verbosity verbosity, Verbosity fileVerbosity, Optional<Path> file, Format format) {
  /** How a line on stderr looks. */
  public enum Format {
    /** {@code 15:04:05.000 LEVEL: message}, in colour on a terminal. */
    TEXT,
    /** One JSON object: time, level, module, msg, fields of the line and the trace, error. */
    JSON
  }

  /** What holds before any flag was read. */
  public static final LoggingConfig DEFAULT =
      new LoggingConfig(Verbosity.NOTICE, Verbosity.DEBUG, Optional.empty(), Format.TEXT);
}
