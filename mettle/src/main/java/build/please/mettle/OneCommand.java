// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.common.cli.LoggingOptions;
import build.please.common.rpc.Shutdown;
import build.please.elan.StorageFlag;
import build.please.mettle.client.CommandOutput;
import build.please.mettle.meter.MettleMeters;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.worker.LinkMode;
import build.please.mettle.worker.Stop;
import build.please.mettle.worker.WorkerConfig;
import build.please.mettle.worker.Workshop;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import com.google.rpc.Code;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mettle one}: runs given actions here, as a worker would, without a queue. */
@Command(
    name = "one",
    description = {
      "Run given actions on this machine, as a worker does, and tell what came of them.",
      "",
      "Inputs come from the store and outputs go to it. The action cache is neither asked nor "
          + "changed, so that trying an action changes nothing for others.",
      "",
      "Exit code: 0 if every action ended with 0; else the first other exit code; 125 if an action "
          + "could not be run to its end; 1 for a wrong flag.",
      ""
    })
final class OneCommand implements Callable<Integer> {
  /** The exit code when there is none of the command's own. */
  private static final int INFRASTRUCTURE = 125;

  private static final Duration UNWIND = Duration.ofSeconds(20);

  private final LoggingOptions logging;
  private final OutputStream out;
  private final PrintStream err;

  @Mixin private final StorageOptions storage = new StorageOptions();

  @Option(
      names = {"-d", "--dir"},
      paramLabel = "DIR",
      description = "Where actions run (default: the current directory).")
  private Path directory = Path.of(".");

  @Option(
      names = "--local",
      description =
          "Run nothing, but bring the inputs to a directory below --dir, as copies, and print the "
              + "command for a shell.")
  private boolean local;

  @Mixin private final WorkerOptions workerOptions = new WorkerOptions();

  @Parameters(
      arity = "1..*",
      paramLabel = "ACTION",
      converter = ActionArgument.class,
      description =
          "An action's digest, HASH/SIZE. Without a size it is taken to be 147 bytes long.")
  private List<Digest> actions = List.of();

  OneCommand(LoggingOptions logging, OutputStream out, PrintStream err) {
    this.logging = logging;
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() throws IOException {
    logging.apply();
    Stop stop = new Stop();
    Clock clock = Clock.systemUTC();
    try (Cas cas = storage.open(clock);
        Workshop workshop = Workshop.open(config(), cas, MettleMeters.unseen().worker(), clock)) {
      Shutdown.onSignal(stop::raise, stop::raise, UNWIND);
      int exitCode = 0;
      for (Digest action : actions) {
        if (local) {
          Path place = directory.toAbsolutePath().normalize().resolve("one_" + action.hash());
          out.write(workshop.rehearse(request(action), place).getBytes(StandardCharsets.UTF_8));
          out.flush();
          continue;
        }
        ExecuteResponse response = workshop.tryOut(message(action, clock), stop);
        int code = report(action, response, new CommandOutput(cas.blobs()));
        exitCode = exitCode == 0 ? code : exitCode;
        if (stop.isRaised()) {
          break;
        }
      }
      return exitCode;
    }
  }

  private WorkerConfig config() {
    WorkerConfig config =
        workerOptions.toConfig(
            directory.toAbsolutePath().normalize(),
            StorageFlag.cacheHome(System.getenv()).resolve("mettle/one"));
    // Whoever looks into an action by hand changes things.
    return local ? config.withInputs(config.inputs().withLink(LinkMode.NEVER)) : config;
  }

  private static ExecuteMessage message(Digest action, Clock clock) {
    return new ExecuteMessage(request(action), clock.instant(), "one");
  }

  private static ExecuteRequest request(Digest action) {
    return ExecuteRequest.newBuilder().setActionDigest(action.toProto()).build();
  }

  /** Passes on what the command printed, says the rest on stderr, and returns the exit code. */
  private int report(Digest action, ExecuteResponse response, CommandOutput printed)
      throws IOException {
    ActionResult result = response.getResult();
    printed.copyStdout(result, out);
    printed.copyStderr(result, err);
    for (var file : result.getOutputFilesList()) {
      say("output " + file.getPath() + " " + name(file.getDigest()));
    }
    for (var tree : result.getOutputDirectoriesList()) {
      say("output " + tree.getPath() + "/ " + name(tree.getTreeDigest()));
    }
    for (var link : result.getOutputSymlinksList()) {
      say("output " + link.getPath() + " -> " + link.getTarget());
    }
    if (!response.getMessage().isEmpty()) {
      say(response.getMessage());
    }
    Code code = Code.forNumber(response.getStatus().getCode());
    if (code != Code.OK) {
      say(action + ": " + code + ": " + response.getStatus().getMessage());
      return INFRASTRUCTURE;
    }
    say(action + ": exit code " + result.getExitCode());
    return result.getExitCode();
  }

  private void say(String line) {
    err.println("mettle: " + line);
    err.flush();
  }

  private static String name(build.please.proto.execution.Digest digest) {
    return digest.getHash() + "/" + digest.getSizeBytes();
  }
}
