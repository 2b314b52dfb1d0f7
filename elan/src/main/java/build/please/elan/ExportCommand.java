// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.common.cli.LoggingOptions;
import build.please.elan.store.StoreCopy;
import java.io.IOException;
import java.io.PrintStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code elan export}: copies a store into another. */
@Command(
    name = "export",
    description = {
      "Copy all that this store holds into another one, such as from a packed store to files.",
      "",
      "Every object is checked, and left out with a warning if it is wrong. What is there stays, "
          + "so a copy that was stopped goes on where it was when it is started again. No server "
          + "may have either directory open.",
      "",
      "Exit code: 0 if all but what is wrong was copied; 1 with one line if not, or for a wrong "
          + "flag.",
      ""
    })
final class ExportCommand extends CopyCommand {
  @Option(
      names = "--to",
      required = true,
      paramLabel = "URL",
      description = "The store to copy it to, such as file:///dir.")
  private String to = "";

  ExportCommand(LoggingOptions logging, PrintStream out) {
    super(logging, out);
  }

  @Override
  StoreCopy.Counts copy(String thisStore) throws IOException {
    return copy("--storage", thisStore, "--to", to);
  }
}
