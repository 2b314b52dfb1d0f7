// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import build.please.common.cli.LoggingConfig.Format;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Levels that change while a process logs, seen in its file. */
final class LogLevelsTest {
  @TempDir Path temp;

  @Test
  void set_changesWhatIsLoggedFromThenOn() throws IOException {
    Path file = temp.resolve("log");
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    Logging.configure(context, config(file, Verbosity.NOTICE));
    Logger log = context.getLogger("build.please.test");

    log.debug("one");
    Logging.setLevels(context, config(file, Verbosity.DEBUG));
    log.debug("two");
    // Libraries stay as quiet as they were.
    context.getLogger("io.grpc.test").debug("three");
    Logging.setLevels(context, config(file, Verbosity.ERROR));
    log.warn("four");
    log.error("five");
    context.stop();

    assertEquals("DEBUG: two\nERROR: five\n", Files.readString(file).replaceAll("(?m)^\\S+ ", ""));
  }

  private static LoggingConfig config(Path file, Verbosity verbosity) {
    return new LoggingConfig(Verbosity.ERROR, verbosity, Optional.of(file), Format.TEXT);
  }
}
