// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cli.GoDuration;
import java.time.Duration;
import picocli.CommandLine.Option;

/** What becomes of actions that nobody waits for, or that wait themselves. */
final class DemandOptions {
  @Option(
      names = "--abandoned_after",
      paramLabel = "DURATION",
      converter = GoDuration.class,
      description =
          "An action that no client has waited for so long is dropped before it runs, or ended while "
              + "it does; 0 lets all of them run to their end (default: 5m).")
  private Duration abandonedAfter = Duration.ofMinutes(5);

  @Option(
      names = "--queue_timeout",
      paramLabel = "DURATION",
      converter = GoDuration.class,
      description =
          "An action that no worker has begun after so long ends with FAILED_PRECONDITION, which "
              + "says what it waited for; 0 lets it wait (default: 0).")
  private Duration queueTimeout = Duration.ZERO;

  Duration queueTimeout() {
    return queueTimeout;
  }

  Duration abandonedAfter() {
    return abandonedAfter;
  }
}
