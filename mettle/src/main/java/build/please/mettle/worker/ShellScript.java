// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a person types to start a program as we would. */
final class ShellScript {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

  private ShellScript() {}

  /**
   * Lines for a POSIX shell that start the program in its directory, with its environment alone.
   */
  static String of(Launch launch) {
    String environment =
        launch.environment().entrySet().stream()
            .filter(variable -> !variable.getKey().equals(StraySigns.COOKIE))
            .map(ShellScript::variable)
            .map(variable -> "  " + variable + " \\\n")
            .collect(Collectors.joining());
    List<String> arguments = launch.arguments();
    String command =
        arguments.stream()
            .skip(1)
            .map(ShellScript::quote)
            .collect(Collectors.joining(" ", quote(launch.program().toString()) + " ", ""))
            .strip();
    return "cd "
        + quote(launch.directory().toString())
        + " && env -i \\\n"
        + environment
        + "  "
        + command
        + "\n";
  }

  private static String variable(Map.Entry<String, String> variable) {
    return quote(variable.getKey() + "=" + variable.getValue());
  }

  private static String quote(String text) {
    return PLAIN.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
