// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobStore;
import build.please.common.cas.CommandRules;
import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.common.cas.OutputPaths;
import build.please.common.rpc.FanOut;
import build.please.common.rpc.RpcErrors;
import build.please.mettle.logs.Broadcast;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.worker.CommandRunner.Ending;
import build.please.mettle.worker.CommandRunner.Finished;
import build.please.proto.execution.Action;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.Command;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import com.google.rpc.Code;
import com.google.rpc.Status;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Runs an action on this machine: fetch, run, collect, upload. Every step's value is a local
 * variable, so that runs have nothing in common. Safe for concurrent use.
 */
final class LocalActionRunner implements ActionRunner {
  /** Please and others turn the making of output directories off with this variable. */
  private static final String CREATE_OUTPUT_DIRS = "_CREATE_OUTPUT_DIRS";

  /** More of a stream than this is not sent inside the answer. */
  private static final int INLINE_BYTES = 64 << 10;

  /** Each takes about 1 KB of memory until all are stored. */
  private static final int MAX_OUTPUTS = 1_000_000;

  private final ActionReader actions;
  private final WorkerConfig config;
  private final Clock clock;
  private final FileNames names;
  private final InputRoot inputs;
  private final Workspace workspace;
  private final LaunchPlan launches;
  private final CommandRunner commands;
  private final OutputUploader uploader;

  LocalActionRunner(
      BlobStore blobs,
      ActionReader actions,
      FanOut transfers,
      Machine machine,
      WorkerConfig config,
      Clock clock) {
    this.actions = actions;
    this.config = config;
    this.clock = clock;
    names = new FileNames(config.host().fileNames());
    inputs = new InputRoot(blobs, transfers, names, machine, config.inputs());
    workspace = machine.workspace();
    launches = new LaunchPlan(config.host(), config.sandboxes());
    commands = new CommandRunner(machine.kernel(), machine.timer(), config.killGrace());
    uploader = new OutputUploader(blobs, transfers, new Adoption(blobs, names.encoding()));
  }

  @Override
  public ExecuteResponse run(ExecuteMessage message, Progress progress, Stop stop) {
    Timeline timeline = new Timeline(clock, config.name(), config.costs(), message.queuedAt());
    Outcome outcome = new Outcome(message.operation());
    String hash = message.request().getActionDigest().getHash();
    try {
      parse("action", message.request().getActionDigest());
      try (WorkDirectory directory = workspace.create(hash);
          StagedInputs staged = inputs.begin(directory.inputRoot())) {
        run(message.request(), directory, staged, timeline, outcome, progress, stop);
      }
    } catch (IOException | RuntimeException e) {
      outcome.fail(e);
    }
    return outcome.response(timeline.completed());
  }

  private void run(
      ExecuteRequest request,
      WorkDirectory directory,
      StagedInputs staged,
      Timeline timeline,
      Outcome outcome,
      Progress progress,
      Stop stop)
      throws IOException {
    timeline.fetchStarted();
    Action action;
    Command command;
    try {
      ExecuteMessage.checkFunction(request);
      action = actions.action(Digest.parse(request.getActionDigest()));
      command = stage(action, staged);
    } catch (BlobNotFoundException e) {
      // For the client this is no "not found": it is to upload what is missing (EXE-04).
      throw RpcErrors.missingException(e.digests());
    }
    ActionRoot root = ActionRoot.of(directory.inputRoot(), command.getWorkingDirectory(), names);
    if (createsParents(command)) {
      root.createParents(OutputPaths.of(command));
    }
    Launch launch = launches.launch(action, command, root, directory);
    Duration timeout = timeout(action);
    timeline.fetchCompleted();

    try (CommandLog stdout = CommandLog.create(directory.stdout(), config.logLimitBytes());
        CommandLog stderr = CommandLog.create(directory.stderr(), config.logLimitBytes());
        Broadcast.Airing airing = progress.printing(stdout, stderr)) {
      timeline.executionStarted();
      progress.executing(timeline.soFar());
      Finished finished = commands.run(launch, directory, timeout, stop, stdout, stderr);
      timeline.executionCompleted(finished.taken());
      timeline.used(finished.exit().usage());
      outcome.exited(finished.exit().code());
      staged.check().ifPresent(outcome::fail);
      if (finished.ending() == Ending.STOPPED) {
        outcome.fail(status(Code.UNAVAILABLE, "the worker stops"));
        return;
      }
      if (finished.ending() == Ending.TIMED_OUT) {
        // Not as an exception: a deadline of ours would become UNAVAILABLE on its way (EXE-15).
        outcome.fail(
            status(
                Code.DEADLINE_EXCEEDED,
                "action execution timed out after " + timeout.toMillis() + " ms"));
      }
      timeline.uploadStarted();
      Outputs outputs = new OutputCollector(root, command, MAX_OUTPUTS).collect();
      outputs.faults().forEach(outcome::fail);
      addLogs(stdout, stderr, request, outputs);
      uploader.store(outputs.uploads());
      airing.stored(
          outputs.result().hasStdoutDigest()
              ? Optional.of(Digest.parse(outputs.result().getStdoutDigest()))
              : Optional.empty(),
          outputs.result().hasStderrDigest()
              ? Optional.of(Digest.parse(outputs.result().getStderrDigest()))
              : Optional.empty());
      outcome.produced(outputs.result().build());
      timeline.uploadCompleted();
    }
  }

  /**
   * Checks all that can be checked and brings the inputs into place.
   *
   * @throws BlobNotFoundException naming all that is absent, the Command among it
   */
  private Command stage(Action action, StagedInputs staged) throws IOException {
    Digest commandDigest = parse("command", action.getCommandDigest());
    Digest rootDigest = parse("input root", action.getInputRootDigest());
    timeout(action);
    Set<Digest> missing = new HashSet<>();
    Optional<Command> command = Optional.empty();
    try {
      command = Optional.of(actions.command(commandDigest));
      CommandRules.check(command.get());
    } catch (BlobNotFoundException e) {
      missing.addAll(e.digests());
    }
    inputs.create(rootDigest, staged, missing);
    return command.orElseThrow();
  }

  private Duration timeout(Action action) throws MalformedException {
    return CommandRules.timeout(action, config.defaultTimeout(), config.maxTimeout());
  }

  private static boolean createsParents(Command command) {
    return command.getEnvironmentVariablesList().stream()
        .noneMatch(
            variable ->
                variable.getName().equals(CREATE_OUTPUT_DIRS)
                    && variable.getValue().equals("false"));
  }

  /** Each stream is a blob, unless it is empty (WRK-06). */
  private static void addLogs(
      CommandLog stdout, CommandLog stderr, ExecuteRequest request, Outputs outputs)
      throws IOException {
    ActionResult.Builder result = outputs.result();
    Optional<Digest> out = stdout.finish();
    if (out.isPresent()) {
      result.setStdoutDigest(out.get().toProto());
      outputs.upload(out.get(), stdout.file());
      if (request.getInlineStdout()) {
        result.setStdoutRaw(stdout.content(INLINE_BYTES));
      }
    }
    Optional<Digest> err = stderr.finish();
    if (err.isPresent()) {
      result.setStderrDigest(err.get().toProto());
      outputs.upload(err.get(), stderr.file());
      if (request.getInlineStderr()) {
        result.setStderrRaw(stderr.content(INLINE_BYTES));
      }
    }
  }

  private static Digest parse(String what, build.please.proto.execution.Digest digest)
      throws MalformedException {
    try {
      return Digest.parse(digest);
    } catch (MalformedException e) {
      throw new MalformedException(what + ": " + e.getMessage());
    }
  }

  private static Status status(Code code, String message) {
    return Status.newBuilder().setCode(code.getNumber()).setMessage(message).build();
  }
}
