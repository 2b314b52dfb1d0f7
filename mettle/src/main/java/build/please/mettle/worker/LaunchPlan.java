// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.MalformedException;
import build.please.proto.execution.Action;
import build.please.proto.execution.Command;
import build.please.proto.execution.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Turns a Command into a {@link Launch}: finds the program, and makes the environment, with the
 * conventions that Please relies on (compat.md 2.8).
 */
final class LaunchPlan {
  private static final String NETWORK = "network";
  private static final Set<String> NO_NETWORK = Set.of("", "false", "no", "none", "off", "0");

  private final WorkerConfig.Host host;
  private final SandboxConfig sandboxes;
  private final FileNames names;

  LaunchPlan(WorkerConfig.Host host, SandboxConfig sandboxes) {
    this.host = host;
    this.sandboxes = sandboxes;
    names = new FileNames(host.fileNames());
  }

  /**
   * @throws MalformedException if the program cannot be found (CMD-22)
   */
  Launch launch(Action action, Command command, ActionRoot root, WorkDirectory directory)
      throws IOException {
    Map<String, String> environment =
        environment(command, sandboxes.visibleRoot(root.path().toString()));
    Sandbox sandbox = sandboxes.of(environment);
    if (sandbox instanceof Sandbox.Namespaces namespaces) {
      return Bubblewrap.wrap(
          namespaces.bubblewrap(),
          launch(command.getArgumentsList(), environment, root, directory),
          directory,
          network(action, command));
    }
    if (sandbox instanceof Sandbox.Unshared unshared) {
      return Unshare.wrap(
          unshared,
          launch(command.getArgumentsList(), environment, root, directory),
          directory,
          network(action, command));
    }
    // Tells our processes from others' (J12). A Command's own variable of this name stays as it is.
    environment.putIfAbsent(StraySigns.COOKIE, directory.cookie());
    List<String> arguments = command.getArgumentsList();
    if (sandbox instanceof Sandbox.Tool tool) {
      arguments = new ArrayList<>(arguments);
      arguments.add(0, tool.program().toString());
    }
    return launch(arguments, environment, root, directory);
  }

  private Launch launch(
      List<String> arguments,
      Map<String, String> environment,
      ActionRoot root,
      WorkDirectory directory)
      throws MalformedException {
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

  /** An action gets the machine's network by a platform property of that name. */
  @SuppressWarnings("deprecation") // Before API 2.2 the platform was the Command's.
  private static Bubblewrap.Network network(Action action, Command command) {
    Platform platform = action.hasPlatform() ? action.getPlatform() : command.getPlatform();
    boolean asked =
        platform.getPropertiesList().stream()
            .filter(property -> property.getName().equals(NETWORK))
            .anyMatch(property -> !NO_NETWORK.contains(property.getValue()));
    return asked ? Bubblewrap.Network.SHARED : Bubblewrap.Network.OWN;
  }

  /** What the Command gives, and nothing else (CMD-04). The last of equal names wins. */
  private Map<String, String> environment(Command command, String root) {
    Map<String, String> environment = new LinkedHashMap<>();
    for (Command.EnvironmentVariable variable : command.getEnvironmentVariablesList()) {
      environment.put(variable.getName(), value(variable.getName(), variable.getValue(), root));
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
