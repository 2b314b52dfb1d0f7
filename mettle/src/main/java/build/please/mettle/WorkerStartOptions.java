// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cli.OneLine;
import build.please.common.cli.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a worker does before its first action; the same flags for all that run actions. */
final class WorkerStartOptions {
  private static final int LONGEST_VERSION = 200;

  @Option(
      names = "--preflight_action",
      description = "Run a small action first, and give up if it fails.")
  private boolean preflightAction;

  @Option(
      names = "--version_file",
      paramLabel = "FILE",
      description = "A file whose first line is the version of this worker, for logs and metrics.")
  private @Nullable Path versionFile;

  DualServer.FirstAction firstAction() {
    return preflightAction ? DualServer.FirstAction.OURS : DualServer.FirstAction.A_CLIENTS;
  }

  /**
   * The version; empty if no file was named.
   *
   * @throws UsageException if the file cannot be read or holds no version
   */
  String version() {
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
}
