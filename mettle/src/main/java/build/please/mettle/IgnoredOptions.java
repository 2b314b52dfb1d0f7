// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cli.GivenFlags;
import build.please.common.cli.GoBool;
import build.please.common.cli.GoDuration;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/**
 * The reference's flags of workers that have no effect here. They are read and checked. Not in the
 * help, which names them together.
 */
final class IgnoredOptions {
  private static final Logger log = LoggerFactory.getLogger(IgnoredOptions.class);

  @Option(
      names = "--noclean",
      converter = GoBool.class,
      defaultValue = "${env:METTLE_NO_CLEAN:-false}",
      fallbackValue = "true",
      hidden = true)
  private boolean noClean;

  @Option(
      names = "--browser",
      paramLabel = "URL",
      defaultValue = "${env:BROWSER_URL}",
      hidden = true)
  private @Nullable String browser;

  @Option(names = "--lucidity", paramLabel = "HOST:PORT", hidden = true)
  private @Nullable String lucidity;

  @Option(names = "--prom_gateway", paramLabel = "URL", hidden = true)
  private @Nullable String gateway;

  @Option(names = "--timeout", paramLabel = "DURATION", converter = GoDuration.class, hidden = true)
  private @Nullable Duration timeout;

  /** Warns, in one line, of those that were given. */
  void warn() {
    GivenFlags given =
        new GivenFlags()
            .add("--noclean", noClean)
            .add("--browser", browser)
            .add("--lucidity", lucidity != null)
            .add("--prom_gateway", gateway != null)
            .add("--timeout", timeout);
    if (!given.isEmpty()) {
      log.warn("accepted for please-servers, without effect: {}", given);
    }
  }
}
