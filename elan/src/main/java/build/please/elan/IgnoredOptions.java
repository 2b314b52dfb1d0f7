// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.common.cli.ByteSize;
import build.please.common.cli.WholeNumber;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/**
 * Flags of please-servers that are read and checked, and have no effect. Not in the help, which
 * names them together.
 */
final class IgnoredOptions {
  private static final Logger log = LoggerFactory.getLogger(IgnoredOptions.class);

  @Option(
      names = "--cache_num_counters",
      paramLabel = "N",
      converter = WholeNumber.class,
      hidden = true)
  private @Nullable Integer cacheNumCounters;

  // LARGE_BLOB_SIZE, which stands for it too, is read for --redis_max_size.
  @Option(names = "--max_size", paramLabel = "SIZE", converter = ByteSize.class, hidden = true)
  private @Nullable Long maxSize;

  /** Warns, in one line each, of what was given. */
  void warn() {
    if (cacheNumCounters != null) {
      log.warn(
          "--cache_num_counters has no effect: the cache chooses its own; see --cache_max_size");
    }
    if (maxSize != null) {
      log.warn(
          "--max_size has no effect: it is Redis' threshold, and no Redis is used; the size of a "
              + "store is --store_max_size");
    }
  }
}
