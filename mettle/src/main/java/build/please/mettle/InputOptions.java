// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cli.ByteSize;
import build.please.mettle.worker.InputConfig;
import build.please.mettle.worker.LinkMode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How inputs come to actions; the same flags for all that run actions. */
final class InputOptions {
  private static final Logger log = LoggerFactory.getLogger(InputOptions.class);

  @Option(
      names = "--cache_dir",
      paramLabel = "DIR",
      description =
          "Where the worker keeps the files that it links into input roots, as far as it does not "
              + "link them from the store itself. On the disk of --dir, or they are copied "
              + "(default: cache below --data_dir, mettle_cache below a worker's "
              + "--dir, mettle/one in your cache directory for one action).")
  private @Nullable Path cacheDirectory;

  @Option(
      names = "--cache_max_size",
      paramLabel = "BYTES",
      converter = ByteSize.class,
      description =
          "What --cache_dir may hold, beside what running actions use; what was used least recently "
              + "makes room (default: 10GiB).")
  private long cacheMaxSize = InputConfig.DEFAULT_CACHE_BYTES;

  @Option(
      names = "--link",
      paramLabel = "hard|reflink|never",
      converter = LinkModes.class,
      description =
          "hard: inputs are hard links to files that actions share, and copies where that is not "
              + "possible. reflink: copies that share their blocks, on btrfs and XFS. never: plain "
              + "copies, which an action may change as it likes (default: hard).")
  private LinkMode link = LinkMode.HARD;

  @Option(
      names = "--verify_inputs",
      description =
          "Read all linked inputs again after each action, to find changes that put size and time "
              + "back.")
  private boolean verifyInputs;

  @Option(
      names = {"--cache_prefix", "--cache_part"},
      hidden = true,
      description = "Accepted for please-servers v11; the cache takes whatever is used.")
  private List<String> cacheSelection = List.of();

  /**
   * @param defaultCache where the cache is unless a flag says
   */
  InputConfig toConfig(Path defaultCache) {
    if (!cacheSelection.isEmpty()) {
      log.warn("--cache_prefix and --cache_part are ignored: the cache takes whatever is used");
    }
    return new InputConfig(
        (cacheDirectory == null ? defaultCache : cacheDirectory).toAbsolutePath(),
        cacheMaxSize,
        link,
        verifyInputs ? InputConfig.Check.BYTES : InputConfig.Check.STAMPS);
  }

  /** Names of ways to link. */
  static final class LinkModes implements ITypeConverter<LinkMode> {
    @Override
    public LinkMode convert(String text) {
      for (LinkMode mode : LinkMode.values()) {
        if (mode.name().toLowerCase(Locale.ROOT).equals(text)) {
          return mode;
        }
      }
      throw new TypeConversionException("'" + text + "' is neither hard, reflink nor never");
    }
  }
}
