// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cli.OneLine;
import build.please.common.cli.UsageException;
import build.please.mettle.pool.Pools;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which pools of workers there are. */
final class PoolOptions {
  private static final String VARIABLE = "API_POOLS";

  @Option(
      names = "--pool",
      paramLabel = "NAME[:TERM,...]",
      description =
          "A pool of workers and the actions that it takes, as with 'mettle setup': a TERM is "
              + "NAME=VALUE for a platform property that they have, or !NAME for one that they have "
              + "not. Repeat for each pool. Actions that none takes are then refused, and requests "
              + "carry the properties as attributes (default: none; env API_POOLS, with spaces "
              + "between).")
  private List<String> pools = List.of();

  /**
   * What was said, or else what is in the environment.
   *
   * @throws UsageException if a pool is none, or two can take one action
   */
  Pools toPools(Map<String, String> environment) {
    try {
      return Pools.parse(pools.isEmpty() ? words(environment.get(VARIABLE)) : pools);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--pool: " + OneLine.of(e));
    }
  }

  private static List<String> words(@Nullable String text) {
    return text == null || text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
  }
}
