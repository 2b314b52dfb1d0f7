// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.CommandRules;
import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.common.cas.OutputPaths;
import build.please.mettle.queue.ExecuteMessage;
import build.please.proto.execution.Action;
import build.please.proto.execution.Command;
import build.please.proto.execution.ExecuteRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Makes actions ready to be started: checks all that can be checked before, brings the inputs into
 * place, and finds out what is to be started. Safe for concurrent use.
 */
final class ActionStaging {
  /** Please and others turn the making of output directories off with this variable. */
  private static final String CREATE_OUTPUT_DIRS = "_CREATE_OUTPUT_DIRS";

  /**
   * An action that can be started.
   *
   * @param root where its inputs are
   * @param timeout that holds for it
   */
  record Staged(Command command, ActionRoot root, Launch launch, Duration timeout) {}

  private final ActionReader actions;
  private final InputRoot inputs;
  private final LaunchPlan launches;
  private final WorkerConfig config;
  private final FileNames names;

  ActionStaging(ActionReader actions, InputRoot inputs, WorkerConfig config, FileNames names) {
    this.actions = actions;
    this.inputs = inputs;
    this.config = config;
    this.names = names;
    launches = new LaunchPlan(config.host(), config.sandboxes());
  }

  /**
   * Stages the action that a request names.
   *
   * @param staged of the directory's input root
   * @throws BlobNotFoundException naming all that is absent, the Command among it; nothing was
   *     created
   * @throws MalformedException if the action breaks a rule
   */
  Staged stage(ExecuteRequest request, WorkDirectory directory, StagedInputs staged)
      throws IOException {
    ExecuteMessage.checkFunction(request);
    Action action = actions.action(Digest.parse(request.getActionDigest()));
    Duration timeout = CommandRules.timeout(action, config.defaultTimeout(), config.maxTimeout());
    Command command = stage(action, staged);
    ActionRoot root = ActionRoot.of(directory.inputRoot(), command.getWorkingDirectory(), names);
    if (createsParents(command)) {
      root.createParents(OutputPaths.of(command));
    }
    return new Staged(command, root, launches.launch(action, command, root, directory), timeout);
  }

  private Command stage(Action action, StagedInputs staged) throws IOException {
    Digest commandDigest = parse("command", action.getCommandDigest());
    Digest rootDigest = parse("input root", action.getInputRootDigest());
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

  private static boolean createsParents(Command command) {
    return command.getEnvironmentVariablesList().stream()
        .noneMatch(
            variable ->
                variable.getName().equals(CREATE_OUTPUT_DIRS)
                    && variable.getValue().equals("false"));
  }

  /** As {@link Digest#parse}, with an error that says whose digest it is. */
  static Digest parse(String what, build.please.proto.execution.Digest digest)
      throws MalformedException {
    try {
      return Digest.parse(digest);
    } catch (MalformedException e) {
      throw new MalformedException(what + ": " + e.getMessage());
    }
  }
}
