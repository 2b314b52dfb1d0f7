// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.MalformedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Starts a program by way of {@code /bin/sh} and {@code env}, for what a process has to do itself
 * before it becomes the program. The program sees its own arguments and environment only: a shell
 * drops variables whose names it does not like and adds others, so it gets none at all, and {@code
 * env} makes them.
 *
 * <p>Not as without: the program's own name is its path, and of what is no program only the exit
 * code tells, 126 or 127.
 */
final class ByShell {
  /** Preparation that gives what the program makes the usual modes. */
  static final String UMASK = "umask 022";

  private static final Path SHELL = Path.of("/bin/sh");

  private ByShell() {}

  /**
   * @param preparation of the shell, in which {@code $1} and so on are the given words
   * @throws MalformedException if the program is absent or must not be run (CMD-22)
   */
  static Launch of(Launch launch, String preparation, String... words) throws IOException {
    List<String> arguments = new ArrayList<>();
    arguments.add("sh");
    arguments.add("-c");
    arguments.add(preparation + "; shift " + words.length + "; exec env -i -- \"$@\"");
    arguments.add("sh");
    arguments.addAll(List.of(words));
    arguments.addAll(words(launch));
    return new Launch(
        SHELL,
        arguments,
        Map.of(),
        launch.directory(),
        launch.stdout(),
        launch.stderr(),
        launch.report());
  }

  /**
   * What {@code env -i --} takes to become the program.
   *
   * @throws MalformedException if that is absent or must not be run (CMD-22)
   */
  static List<String> words(Launch launch) throws MalformedException {
    check(launch);
    List<String> words = new ArrayList<>();
    launch.environment().forEach((name, value) -> words.add(name + "=" + value));
    String program = launch.program().toString();
    if (program.indexOf('=') >= 0) {
      // For env this would be a variable, for nice it is not.
      words.addAll(List.of("nice", "-n", "0"));
    }
    words.add(program);
    words.addAll(launch.arguments().subList(1, launch.arguments().size()));
    return words;
  }

  private static void check(Launch launch) throws MalformedException {
    if (!Files.isRegularFile(launch.program())) {
      throw new MalformedException("cannot run " + launch.arguments().get(0) + ": no such file");
    }
    if (!Files.isExecutable(launch.program())) {
      throw new MalformedException("cannot run " + launch.arguments().get(0) + ": not executable");
    }
  }
}
