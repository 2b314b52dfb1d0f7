// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cli.OneLine;
import build.please.common.cli.UsageException;
import build.please.mettle.worker.Costs;
import build.please.mettle.worker.OutputPacks;
import build.please.mettle.worker.WorkerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How actions are run; the same flags for every command that runs some. */
final class WorkerOptions {
  private static final int LONGEST_VERSION = 200;

  @Mixin private final TimeoutOptions timeouts = new TimeoutOptions();
  @Mixin private final SandboxOptions sandbox = new SandboxOptions();
  @Mixin private final LimitOptions limits = new LimitOptions();

  @Option(
      names = "--cost",
      paramLabel = "NAME:AMOUNT",
      converter = CostFlag.class,
      description =
          "What a second of an action costs, such as machine:£0.02, to be told with its result; "
              + "repeat for several. £, $ or three letters before the amount.")
  private List<Costs.Cost> costs = List.of();

  @Option(
      names = "--make_packs",
      description =
          "Store each output directory as one more blob too, from which other workers, also those "
              + "of please-servers, fetch it at once. Packs are read in any case.")
  private boolean makePacks;

  @Option(
      names = "--version_file",
      paramLabel = "FILE",
      description = "A file whose first line is the version of this worker, for its metrics.")
  private @Nullable Path versionFile;

  @Mixin private final InputOptions inputs = new InputOptions();

  /**
   * What the flags say.
   *
   * @param work where actions run
   * @param cache where inputs are kept unless a flag says
   * @throws UsageException if a file that a flag names is of no use
   */
  WorkerConfig toConfig(Path work, Path cache) {
    return toConfig(work, cache, "");
  }

  /**
   * As {@link #toConfig(Path, Path)}.
   *
   * @param name of the worker; empty for the machine's
   */
  WorkerConfig toConfig(Path work, Path cache, String name) {
    WorkerConfig.Host host =
        new WorkerConfig.Host(
            System.getenv().getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin"),
            System.getProperty("user.home"),
            Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8")));
    WorkerConfig standard = WorkerConfig.standard(work, name.isEmpty() ? hostName() : name, host);
    return new WorkerConfig(
        standard.directory(),
        standard.name(),
        version(),
        timeouts.defaultTimeout(),
        timeouts.maxTimeout(),
        standard.killGrace(),
        standard.logLimitBytes(),
        host,
        inputs.toConfig(cache),
        sandbox.toConfig(host.path()),
        limits.toLimits(),
        makePacks ? OutputPacks.MADE : OutputPacks.NOT_MADE,
        new Costs(costs));
  }

  private String version() {
    if (versionFile == null) {
      return "";
    }
    try {
      String version = Files.readString(versionFile).lines().findFirst().orElse("").strip();
      if (version.isEmpty() || version.length() > LONGEST_VERSION) {
        throw new UsageException("--version_file " + versionFile + " holds no version");
      }
      return version;
    } catch (IOException e) {
      throw new UsageException("--version_file " + versionFile + ": " + OneLine.of(e));
    }
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      return "localhost";
    }
  }
}
