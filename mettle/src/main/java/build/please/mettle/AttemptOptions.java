// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cli.Count;
import build.please.mettle.worker.WorkerPool;
import picocli.CommandLine.Option;

/** How often an action may be the end of a worker. */
final class AttemptOptions {
  @Option(
      names = "--max_attempts",
      paramLabel = "N",
      converter = Count.class,
      description =
          "Give an action up when so many workers vanished while they ran it; it ends with "
              + "FAILED_PRECONDITION (default: 5).")
  private int max = WorkerPool.Config.DEFAULT_ATTEMPTS;

  int max() {
    return max;
  }
}
