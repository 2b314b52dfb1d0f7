// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.rpc.FanOut;
import build.please.common.rpc.RpcErrors;
import build.please.mettle.logs.Broadcast;
import build.please.mettle.meter.WorkerMeters;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.worker.ActionStaging.Staged;
import build.please.mettle.worker.CommandRunner.Ending;
import build.please.mettle.worker.CommandRunner.Finished;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import com.google.rpc.Code;
import com.google.rpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/**
 * Runs an action on this machine: fetch, run, collect, upload. Every step's value is a local
 * variable, so that runs have nothing in common. Safe for concurrent use.
 */
final class LocalActionRunner implements ActionRunner {
  /** More of a stream than this is not sent inside the answer. */
  private static final int INLINE_BYTES = 64 << 10;

  /** Each takes about 1 KB of memory until all are stored. */
  private static final int MAX_OUTPUTS = 1_000_000;

  private final WorkerConfig config;
  private final Clock clock;
  private final InputRoot inputs;
  private final Workspace workspace;
  private final ActionStaging staging;
  private final WorkerMeters meters;
  private final CommandRunner commands;
  private final Adoption adoption;
  private final OutputUploader uploader;

  LocalActionRunner(
      BlobStore blobs,
      ActionReader actions,
      FanOut transfers,
      Machine machine,
      WorkerConfig config,
      Clock clock) {
    this.config = config;
    this.clock = clock;
    FileNames names = new FileNames(config.host().fileNames());
    inputs = new InputRoot(blobs, transfers, names, machine, config.inputs());
    workspace = machine.workspace();
    staging = new ActionStaging(actions, inputs, config, names);
    meters = machine.meters();
    commands =
        new CommandRunner(
            machine.kernel(), machine.timer(), config.killGrace(), machine.confinements());
    adoption = new Adoption(blobs, names.encoding(), clock);
    uploader = new OutputUploader(blobs, transfers, adoption);
  }

  @Override
  public ExecuteResponse run(ExecuteMessage message, Progress progress, Stop stop) {
    Timeline timeline = new Timeline(clock, config.name(), config.costs(), message.queuedAt());
    Outcome outcome = new Outcome(message.operation());
    String hash = message.request().getActionDigest().getHash();
    try {
      ActionStaging.parse("action", message.request().getActionDigest());
      try (WorkDirectory directory = workspace.create(hash);
          StagedInputs staged = inputs.begin(directory.inputRoot())) {
        run(message.request(), directory, staged, timeline, outcome, progress, stop);
      }
    } catch (IOException | RuntimeException e) {
      outcome.fail(e);
    }
    return outcome.response(timeline.completed());
  }

  /**
   * Stages an action to be run by hand, and says how. What is staged stays.
   *
   * @param place for its input root; made, and must not exist
   * @throws BlobNotFoundException naming all that is absent
   */
  Launch rehearse(ExecuteRequest request, Path place) throws IOException {
    Files.createDirectories(Optional.ofNullable(place.getParent()).orElse(place));
    WorkDirectory directory = workspace.at(Files.createDirectory(place).toRealPath());
    try (StagedInputs staged = inputs.begin(directory.inputRoot())) {
      return staging.stage(request, directory, staged).launch();
    }
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
    Staged action;
    try {
      action = staging.stage(request, directory, staged);
    } catch (BlobNotFoundException e) {
      // For the client this is no "not found": it is to upload what is missing (EXE-04).
      throw RpcErrors.missingException(e.digests());
    }
    timeline.fetchCompleted();

    try (CommandLog stdout = CommandLog.create(directory.stdout(), config.logLimitBytes());
        CommandLog stderr = CommandLog.create(directory.stderr(), config.logLimitBytes());
        Broadcast.Airing airing = progress.printing(stdout, stderr)) {
      timeline.executionStarted();
      progress.executing(timeline.soFar());
      Finished finished =
          commands.run(action.launch(), directory, action.timeout(), stop, stdout, stderr);
      timeline.executionCompleted(finished.taken());
      timeline.used(finished.exit().usage());
      outcome.exited(finished.exit().code());
      if (finished.ending() == Ending.OUT_OF_MEMORY) {
        outcome.explain("killed, as it " + config.limits().excess());
      }
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
                "action execution timed out after " + action.timeout().toMillis() + " ms"));
      }
      timeline.uploadStarted();
      Outputs outputs =
          new OutputCollector(
                  action.root(), action.command(), packer(directory), adoption, MAX_OUTPUTS)
              .collect();
      if (!outputs.faults().isEmpty()) {
        meters.collectFailed();
      }
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

  private Packer packer(WorkDirectory directory) {
    return config.packs() == OutputPacks.MADE ? new PackMaker(directory.path()) : Packer.NONE;
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

  private static Status status(Code code, String message) {
    return Status.newBuilder().setCode(code.getNumber()).setMessage(message).build();
  }
}
