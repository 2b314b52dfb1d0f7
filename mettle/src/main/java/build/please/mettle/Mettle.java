// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cli.AdminOptions;
import build.please.common.cli.CommandLines;
import build.please.common.cli.LoggingOptions;
import build.please.mettle.client.ExecCommand;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The execution server's main. What it does is in its subcommands. */
@Command(
    name = "mettle",
    description = {"Executes actions of the Remote Execution API.", ""},
    synopsisSubcommandLabel = "COMMAND")
public final class Mettle {
  /** Time enough for a slow token or a short outage. */
  private static final Duration SETUP_PATIENCE = Duration.ofSeconds(20);

  @Mixin private final LoggingOptions logging = new LoggingOptions();
  @Mixin private final AdminOptions admin = AdminOptions.offByDefault();
  @Mixin private final QueueOptions queues = new QueueOptions();

  private Mettle() {}

  /** Runs the subcommand that the arguments name. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  private static CommandLine commandLine() {
    Mettle mettle = new Mettle();
    GlobalOptions global = new GlobalOptions(mettle.logging, mettle.admin, mettle.queues);
    ExecCommand exec =
        new ExecCommand(Path.of("").toAbsolutePath(), System.out, System.err, System::nanoTime);
    // By hand, since CommandLines sets up what is there when it is called.
    CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.forAnnotatedObject(mettle);
    spec.addSubcommand("dual", new CommandLine(new DualCommand(global)));
    spec.addSubcommand("exec", new CommandLine(exec));
    spec.addSubcommand("api", new CommandLine(new ApiCommand(global)));
    spec.addSubcommand("worker", new CommandLine(new WorkerCommand(global)));
    spec.addSubcommand(
        "one", new CommandLine(new OneCommand(mettle.logging, System.out, System.err)));
    spec.addSubcommand(
        "setup",
        new CommandLine(
            new SetupCommand(
                mettle.logging, System.getenv(), SETUP_PATIENCE, System.out, System.err)));
    return CommandLines.of(spec, CommandLines.version(Mettle.class));
  }
}
