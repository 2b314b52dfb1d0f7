// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.proto.execution.Action;
import build.please.proto.execution.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;

/** Finds out whether sandboxes and limits work here, by running something in them. */
final class SandboxProbe {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int LONGEST_REASON = 4096;
  private static final String WRITES_INSIDE = ": > inside";
  private static final String CANNOT_WRITE_OUTSIDE = " && ! (: > ../outside) 2> /dev/null";
  private static final String HAS_NO_RIGHTS = " && ! grep '^CapEff:.*[1-9a-f]' /proc/self/status";

  private SandboxProbe() {}

  /**
   * @throws IOException if something that was asked for does not work, with the reason
   */
  static void check(WorkerConfig config, Machine machine) throws IOException {
    for (Sandbox sandbox : config.sandboxes().all()) {
      if (sandbox instanceof Sandbox.Namespaces || sandbox instanceof Sandbox.Unshared) {
        check(
            "the sandbox namespaces",
            sandbox,
            WRITES_INSIDE + CANNOT_WRITE_OUTSIDE + HAS_NO_RIGHTS,
            config,
            machine);
      } else if (sandbox instanceof Sandbox.Tool tool) {
        check("the sandbox " + tool.program(), sandbox, WRITES_INSIDE, config, machine);
      } else if (!config.limits().asked().isEmpty()) {
        check("limiting actions", sandbox, WRITES_INSIDE, config, machine);
      }
    }
  }

  private static void check(
      String name, Sandbox sandbox, String script, WorkerConfig config, Machine machine)
      throws IOException {
    String reason;
    try {
      reason = run(sandbox, script, config, machine);
    } catch (IOException e) {
      reason = String.valueOf(e.getMessage());
    }
    if (!reason.isEmpty()) {
      throw new IOException(name + " does not work here: " + reason);
    }
  }

  /** Says what is wrong; empty if nothing is. */
  private static String run(Sandbox sandbox, String script, WorkerConfig config, Machine machine)
      throws IOException {
    Command.Builder command = Command.newBuilder();
    command.addArguments("/bin/sh").addArguments("-c").addArguments(script);
    // As Please has it.
    command.addEnvironmentVariablesBuilder().setName("PATH").setValue(config.host().path());
    command.addEnvironmentVariablesBuilder().setName("SANDBOX").setValue("true");
    command.addEnvironmentVariablesBuilder().setName("TMP_DIR").setValue(".");
    try (WorkDirectory directory = machine.workspace().create("probe");
        CommandLog stdout = CommandLog.create(directory.stdout(), LONGEST_REASON);
        CommandLog stderr = CommandLog.create(directory.stderr(), LONGEST_REASON)) {
      Files.createDirectory(directory.inputRoot());
      FileNames names = new FileNames(config.host().fileNames());
      Launch launch =
          new LaunchPlan(config.host(), new SandboxConfig(sandbox, sandbox))
              .launch(
                  Action.getDefaultInstance(),
                  command.build(),
                  ActionRoot.of(directory.inputRoot(), "", names),
                  directory);
      CommandRunner.Finished finished =
          new CommandRunner(
                  machine.kernel(), machine.timer(), config.killGrace(), machine.confinements())
              .run(launch, directory, TIMEOUT, new Stop(), stdout, stderr);
      if (finished.exit().code() == 0 && Files.exists(directory.inputRoot().resolve("inside"))) {
        return "";
      }
      return "exit code "
          + finished.exit().code()
          + " of a small script. "
          + stderr.content(2 * LONGEST_REASON).toStringUtf8().strip();
    }
  }
}
