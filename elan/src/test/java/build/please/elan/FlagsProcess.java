// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import picocli.CommandLine;

/** Prints what Elan makes of its flags and environment, instead of serving. */
final class FlagsProcess {
  private FlagsProcess() {}

  public static void main(String[] arguments) {
    Elan elan = new Elan();
    CommandLine line = elan.commandLine();
    line.setExecutionStrategy(
        parsed -> {
          System.out.println(elan.settings());
          return 0;
        });
    System.exit(line.execute(arguments));
  }
}
