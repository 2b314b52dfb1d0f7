// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** What every command has. */
@SuppressWarnings("UnusedVariable") // picocli reads them
final class HelpOptions {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Print this and exit.")
  private boolean help;

  @Option(
      names = "--version",
      versionHelp = true,
      scope = ScopeType.INHERIT,
      description = "Print the version and exit.")
  private boolean version;
}
