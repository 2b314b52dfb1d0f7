// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.MalformedException;
import build.please.proto.execution.Command;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns a Command into a {@link Launch}: finds the program, and makes the environment, with the
 * conventions that Please relies on (compat.md 2.8).
 */
final class LaunchPlan {
  private final WorkerConfig.Host host;
  private final FileNames names;

  LaunchPlan(WorkerConfig.Host host) {
    this.host = host;
    names = new FileNames(host.fileNames());
  }

  /**
   * @throws MalformedException if the program cannot be found (CMD-22)
   */
  Launch launch(Command command, ActionRoot root, WorkDirectory directory)
      throws MalformedException {
    Map<String, String> environment = environment(command, root.path());
    // Tells our processes from others' (J12). A Command's own variable of this name stays as it is.
    environment.putIfAbsent(StraySigns.COOKIE, directory.cookie());
    // A sandbox, where one is configured and SANDBOX=true asks for it, goes before the arguments.
    List<String> arguments = command.getArgumentsList();
    Path program =
        program(arguments.get(0), root.workingDirectory(), environment.getOrDefault("PATH", ""));
    return new Launch(
        program,
        arguments,
        environment,
        root.workingDirectory(),
        directory.stdout(),
        directory.stderr());
  }

  /** What the Command gives, and nothing else (CMD-04). The last of equal names wins. */
  private Map<String, String> environment(Command command, Path root) {
    Map<String, String> environment = new LinkedHashMap<>();
    for (Command.EnvironmentVariable variable : command.getEnvironmentVariablesList()) {
      environment.put(
          variable.getName(), value(variable.getName(), variable.getValue(), root.toString()));
    }
    return environment;
  }

  /** Tools and the test are named relative to the input root, but run from anywhere. */
  private String value(String name, String value, String root) {
    boolean relative = !value.startsWith("/");
    if (name.startsWith("TOOL") && relative && value.indexOf('/') >= 0) {
      return root + "/" + value;
    }
    if (name.equals("TEST") && relative && !value.isEmpty()) {
      return root + "/" + value;
    }
    return name.equals("PATH") ? value.replace("~", host.home()) : value;
  }

  /** As CMD-03 says; bare names are looked up in the Command's PATH, then in the worker's. */
  private Path program(String name, Path workingDirectory, String path) throws MalformedException {
    if (name.indexOf('/') >= 0) {
      return names.resolve(workingDirectory, name);
    }
    for (String list : List.of(path, host.path())) {
      for (String entry : list.split(":", -1)) {
        Optional<Path> found = executable(workingDirectory, entry, name);
        if (found.isPresent()) {
          return found.get();
        }
      }
    }
    throw new MalformedException(
        "cannot run " + name + ": not found in the command's PATH, \"" + path + "\", nor in ours");
  }

  private static Optional<Path> executable(Path workingDirectory, String entry, String name) {
    if (entry.isEmpty()) {
      return Optional.empty(); // By tradition the current directory, by experience an accident.
    }
    try {
      Path candidate = workingDirectory.resolve(entry).resolve(name);
      return Files.isRegularFile(candidate) && Files.isExecutable(candidate)
          ? Optional.of(candidate)
          : Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }
}
