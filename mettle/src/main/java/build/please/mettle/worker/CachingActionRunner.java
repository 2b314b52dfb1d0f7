// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.ActionCache;
import build.please.common.cas.ActionCache.Replace;
import build.please.common.cas.CasException;
import build.please.common.cas.Digest;
import build.please.common.cas.OutputPaths;
import build.please.mettle.queue.ExecuteMessage;
import build.please.proto.execution.Action;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.Command;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.OutputFile;
import com.google.rpc.Code;
import com.google.rpc.Status;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers from the action cache where that is allowed, and puts into it what deserves it.
 *
 * <p>The API server has asked already, but a message may be handed out again after its action
 * finished elsewhere. Stored are results with an OK status and exit code 0, whatever outputs they
 * lack (WRK-10), of actions that allow it (EXE-21). Neither an unreadable nor an unwritable cache
 * fails an action.
 */
final class CachingActionRunner implements ActionRunner {
  private static final Logger log = LoggerFactory.getLogger(CachingActionRunner.class);

  private final ActionRunner delegate;
  private final ActionReader actions;
  private final ActionCache cache;

  CachingActionRunner(ActionRunner delegate, ActionReader actions, ActionCache cache) {
    this.delegate = delegate;
    this.actions = actions;
    this.cache = cache;
  }

  @Override
  public ExecuteResponse run(ExecuteMessage message, Progress progress, Stop stop) {
    ExecuteRequest request = message.request();
    if (!request.getSkipCacheLookup()) {
      Optional<ActionResult> known = find(request);
      if (known.isPresent()) {
        return ExecuteResponse.newBuilder()
            .setStatus(Status.newBuilder().setCode(Code.OK_VALUE))
            .setResult(known.get())
            .setCachedResult(true)
            .build();
      }
    }
    ExecuteResponse response = delegate.run(message, progress, stop);
    if (response.getStatus().getCode() == Code.OK_VALUE
        && response.getResult().getExitCode() == 0) {
      store(request, response.getResult());
    }
    return response;
  }

  /** A complete result that holds every declared output (WRK-34). */
  private Optional<ActionResult> find(ExecuteRequest request) {
    try {
      Digest digest = Digest.parse(request.getActionDigest());
      Action action = actions.action(digest);
      if (action.getDoNotCache()) {
        return Optional.empty();
      }
      Optional<ActionResult> found = cache.find(digest);
      if (found.isEmpty()) {
        return found;
      }
      Command command = actions.command(Digest.parse(action.getCommandDigest()));
      return found.filter(
          result ->
              result.getExitCode() == 0 && OutputPaths.of(command).missingFrom(result).isEmpty());
    } catch (CasException e) {
      return Optional.empty(); // The run will say what is missing or wrong, and all of it.
    } catch (IOException | RuntimeException e) {
      log.warn("running {} without the cache", request.getActionDigest().getHash(), e);
      return Optional.empty();
    }
  }

  private void store(ExecuteRequest request, ActionResult result) {
    try {
      Digest digest = Digest.parse(request.getActionDigest());
      if (actions.action(digest).getDoNotCache()) {
        return;
      }
      boolean always =
          request.getSkipCacheLookup() || request.getResultsCachePolicy().getPriority() < 0;
      cache.put(digest, withoutContents(result), always ? Replace.ALWAYS : Replace.UNLESS_WORSE);
    } catch (IOException | RuntimeException e) {
      log.warn("cannot store the result of {}", request.getActionDigest().getHash(), e);
    }
  }

  /** What is inlined for one client is not stored for all (WRK-07). */
  private static ActionResult withoutContents(ActionResult result) {
    ActionResult.Builder bare = result.toBuilder().clearStdoutRaw().clearStderrRaw();
    bare.getOutputFilesBuilderList().forEach(OutputFile.Builder::clearContents);
    return bare.build();
  }
}
