// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cli.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** A command of the reference that is still to come; it says so, whatever flags it is given. */
@Command(description = "Not built yet.")
final class NotBuiltCommand implements Callable<Integer> {
  private final String name;

  @Unmatched
  @SuppressWarnings("UnusedVariable") // Taken so that no flag is an error of its own.
  private List<String> arguments = new ArrayList<>();

  NotBuiltCommand(String name) {
    this.name = name;
  }

  @Override
  public Integer call() {
    throw new UsageException(
        "the command " + name + " is not built yet; 'mettle dual' runs everything in one process");
  }
}
