// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How much this process logs, which can be changed while it runs. Safe for concurrent use. */
public final class LogLevels {
  private static final Logger log = LoggerFactory.getLogger(LogLevels.class);

  private volatile LoggingConfig config;

  /**
   * Begins with what was applied.
   *
   * @see LoggingOptions#apply
   */
  public LogLevels(LoggingConfig config) {
    this.config = config;
  }

  public Verbosity stderr() {
    return config.verbosity();
  }

  /** What goes into the log file, if there is one. */
  public Verbosity file() {
    return config.fileVerbosity();
  }

  /** Logs this much from now on. */
  public synchronized void set(Verbosity stderr, Verbosity file) {
    config = new LoggingConfig(stderr, file, config.file(), config.format());
    Logging.setLevels(config);
    log.info("log level is now {} on stderr, {} in the file", stderr.flag(), file.flag());
  }
}
