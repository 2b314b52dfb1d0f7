// SPDX-License-Identifier: Apache-2.0
package build.please.elan.fuzz;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.Locale;
import org.slf4j.LoggerFactory;

/**
 * Where Jazzer comes in; it calls what it finds by name. {@code -Dfuzz.target=zstd} says which
 * target it feeds.
 */
public final class JazzerTarget {
  private static final FuzzTarget TARGET =
      FuzzTarget.valueOf(
          System.getProperty("fuzz.target", "").toUpperCase(Locale.ROOT).replace('-', '_'));

  private JazzerTarget() {}

  /** The server has a line for much of what is refused. */
  public static void fuzzerInitialize() {
    ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.OFF);
  }

  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    TARGET.accept(input);
  }
}
