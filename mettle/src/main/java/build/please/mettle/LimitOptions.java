// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cli.ByteSize;
import build.please.common.cli.UsageException;
import build.please.mettle.worker.ActionLimits;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What one action may use. */
final class LimitOptions {
  private static final double LEAST_CORES = 0.01;
  private static final double MOST_CORES = 100_000;

  @Option(
      names = "--action_memory_limit",
      paramLabel = "SIZE",
      converter = ByteSize.class,
      description =
          "The memory that one action may use, such as 4G (default: all). One that uses more is "
              + "killed, with exit code 137. Needs cgroup v2.")
  private @Nullable Long memoryBytes;

  @Option(
      names = "--action_cpu_limit",
      paramLabel = "CORES",
      description =
          "How many cores one action may keep busy, such as 2 or 0.5 (default: all). Needs cgroup "
              + "v2.")
  private @Nullable Double cores;

  /**
   * What the flags say.
   *
   * @throws UsageException if a limit leaves nothing
   */
  ActionLimits toLimits() {
    if (memoryBytes != null && memoryBytes <= 0) {
      throw new UsageException("--action_memory_limit " + memoryBytes + " leaves no memory at all");
    }
    if (cores != null && !(cores >= LEAST_CORES && cores <= MOST_CORES)) {
      throw new UsageException(
          "--action_cpu_limit " + cores + " is not from " + LEAST_CORES + " to " + MOST_CORES);
    }
    return new ActionLimits(
        memoryBytes == null ? OptionalLong.empty() : OptionalLong.of(memoryBytes),
        cores == null ? OptionalDouble.empty() : OptionalDouble.of(cores));
  }
}
