// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.common.cli.GoDuration;
import build.please.common.cli.UsageException;
import build.please.proto.execution.Command;
import build.please.proto.execution.Platform;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What to run, and with what. */
final class CommandOptions {
  private static final String PATH = "/usr/local/bin:/usr/bin:/bin";

  @Option(
      names = "--input",
      paramLabel = "PATH",
      description =
          "A file or directory that the command gets, at the same path relative to the current"
              + " directory; symlinks and executable bits are kept. May be repeated.")
  private List<String> inputs = new ArrayList<>();

  @Option(
      names = "--output",
      paramLabel = "PATH",
      description =
          "A file or directory that the command makes and that is fetched afterwards. May be"
              + " repeated.")
  private List<String> outputs = new ArrayList<>();

  @Option(
      names = "--env",
      paramLabel = "NAME=VALUE",
      description =
          "A variable of the command's environment, which is otherwise empty but for PATH="
              + PATH
              + ". May be repeated.")
  private Map<String, String> environment = new LinkedHashMap<>();

  @Option(
      names = "--platform",
      paramLabel = "NAME=VALUE",
      description = "A property that the worker must have. May be repeated.")
  private List<String> platform = new ArrayList<>();

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      converter = GoDuration.class,
      description = "When the command is killed, such as 90s or 5m (default: the server's limit).")
  private @Nullable Duration timeout;

  @Parameters(
      paramLabel = "ARGV",
      arity = "1..*",
      description = "The program and its arguments, after --.")
  private List<String> arguments = new ArrayList<>();

  /**
   * The action that the flags describe. Blocks for reading and hashing the inputs.
   *
   * @param directory what the inputs are relative to
   * @throws UsageException if a flag cannot be obeyed
   * @throws IOException if an input cannot be read
   */
  ExecAction action(Path directory, ExecAction.Storing storing) throws IOException {
    Command command = command();
    InputTree tree = InputTree.of(directory, inputs);
    return ExecAction.of(command, properties(), tree, timeout, storing);
  }

  /** The paths of the outputs, as the command names them. */
  Set<String> outputs() {
    Set<String> paths = new TreeSet<>(Utf8Order.INSTANCE);
    for (String output : outputs) {
      String path = RelativePath.ofFlag("--output", output).toString();
      if (path.isEmpty()) {
        throw new UsageException("--output '" + output + "' names nothing within the directory");
      }
      paths.add(path);
    }
    return Collections.unmodifiableSet(paths);
  }

  private Command command() {
    Map<String, String> variables = new TreeMap<>(Utf8Order.INSTANCE);
    variables.put("PATH", PATH);
    variables.putAll(environment);
    Command.Builder command =
        Command.newBuilder().addAllArguments(arguments).addAllOutputPaths(outputs());
    variables.forEach(
        (name, value) -> command.addEnvironmentVariablesBuilder().setName(name).setValue(value));
    if (!platform.isEmpty()) {
      setPlatform(command);
    }
    return command.build();
  }

  @SuppressWarnings("deprecation")
  private void setPlatform(Command.Builder command) {
    command.setPlatform(properties());
  }

  private Platform properties() {
    List<Platform.Property> properties = new ArrayList<>();
    for (String property : platform) {
      int equals = property.indexOf('=');
      if (equals < 1) {
        throw new UsageException("--platform '" + property + "' is not NAME=VALUE");
      }
      properties.add(
          Platform.Property.newBuilder()
              .setName(property.substring(0, equals))
              .setValue(property.substring(equals + 1))
              .build());
    }
    properties.sort(
        Comparator.comparing(Platform.Property::getName, Utf8Order.INSTANCE)
            .thenComparing(Platform.Property::getValue, Utf8Order.INSTANCE));
    return Platform.newBuilder().addAllProperties(properties).build();
  }
}
