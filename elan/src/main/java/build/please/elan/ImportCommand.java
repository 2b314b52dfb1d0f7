// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.common.cli.LoggingOptions;
import build.please.elan.store.StoreCopy;
import java.io.IOException;
import java.io.PrintStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code elan import}: copies another store into one. */
@Command(
    name = "import",
    description = {
      "Copy all that another store holds into this one, such as from files to a packed store.",
      "",
      "Every object is checked, and left out with a warning if it is wrong. What is there stays, "
          + "so a copy that was stopped goes on where it was when it is started again. No server "
          + "may have either directory open.",
      "",
      "Exit code: 0 if all but what is wrong was copied; 1 with one line if not, or for a wrong "
          + "flag.",
      ""
    })
final class ImportCommand extends CopyCommand {
  @Option(
      names = "--from",
      required = true,
      paramLabel = "URL",
      description = "The store to copy, such as file:///dir.")
  private String from = "";

  ImportCommand(LoggingOptions logging, PrintStream out) {
    super(logging, out);
  }

  @Override
  StoreCopy.Counts copy(String thisStore) throws IOException {
    return copy("--from", from, "--storage", thisStore);
  }
}
