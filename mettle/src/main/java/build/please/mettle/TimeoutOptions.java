// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cli.GoDuration;
import java.time.Duration;
import picocli.CommandLine.Option;

/** How long actions may run; the same flags for those who run them and those who take them in. */
final class TimeoutOptions {
  @Option(
      names = "--default_timeout",
      paramLabel = "DURATION",
      converter = GoDuration.class,
      description = "How long an action may run that does not say (default: 1h).")
  private Duration defaultTimeout = Duration.ofHours(1);

  @Option(
      names = "--max_timeout",
      paramLabel = "DURATION",
      converter = GoDuration.class,
      description = "Actions that ask for a longer timeout are refused (default: 6h).")
  private Duration maxTimeout = Duration.ofHours(6);

  Duration defaultTimeout() {
    return defaultTimeout;
  }

  Duration maxTimeout() {
    return maxTimeout;
  }
}
