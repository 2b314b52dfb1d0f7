// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** What to log and where; legal before and after a subcommand. */
public final class LoggingOptions {
  @Option(
      names = {"-v", "--verbosity"},
      scope = ScopeType.INHERIT,
      converter = Verbosity.Converter.class,
      paramLabel = "LEVEL",
      description =
          "What to log on stderr: error, warning, notice, info, debug, or 0 to 4 (default: notice).")
  private Verbosity verbosity = Verbosity.NOTICE;

  @Option(
      names = "--file_verbosity",
      scope = ScopeType.INHERIT,
      converter = Verbosity.Converter.class,
      paramLabel = "LEVEL",
      description = "What to log in the log file (default: debug).")
  private Verbosity fileVerbosity = Verbosity.DEBUG;

  @Option(
      names = "--log_file",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description = "Log in this file as well. It is truncated, and its directories are made.")
  private @Nullable Path logFile;

  @Option(
      names = "--structured_logs",
      scope = ScopeType.INHERIT,
      converter = GoBool.class,
      defaultValue = "${env:STRUCTURED_LOGS:-false}",
      fallbackValue = "true",
      description = "Log one JSON object per line on stderr (env STRUCTURED_LOGS).")
  private boolean structured;

  public LoggingConfig toConfig() {
    return new LoggingConfig(
        verbosity,
        fileVerbosity,
        Optional.ofNullable(logFile).filter(file -> !file.toString().isEmpty()),
        structured ? LoggingConfig.Format.JSON : LoggingConfig.Format.TEXT);
  }

  /**
   * Logs as the flags say from now on, in the whole process.
   *
   * @throws UsageException if the log file cannot be written; logging is as it was
   */
  public void apply() {
    try {
      Logging.apply(toConfig());
    } catch (IOException e) {
      throw new UsageException("cannot write --log_file " + logFile + ": " + OneLine.of(e));
    }
  }
}
