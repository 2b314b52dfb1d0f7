// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.rpc.RpcErrors;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutedActionMetadata;
import com.google.rpc.Code;
import com.google.rpc.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known so far of how a run ends. The first failure is the one that counts; what was
 * produced is kept beside it. For one thread.
 */
final class Outcome {
  private static final Logger log = LoggerFactory.getLogger(Outcome.class);

  /** The exit code of commands that did not run, for clients that look at nothing else. */
  private static final int NOT_RUN = 255;

  private final String operation;
  private final ExecuteResponse.Builder response = ExecuteResponse.newBuilder();
  private ActionResult.Builder result = ActionResult.newBuilder().setExitCode(NOT_RUN);

  Outcome(String operation) {
    this.operation = operation;
  }

  void fail(Throwable failure) {
    fail(RpcErrors.toStatus(failure));
  }

  void fail(Status status) {
    if (response.hasStatus()) {
      log.info("{}: also {}", operation, status.getMessage());
    } else {
      response.setStatus(status);
    }
  }

  /** The command ended with this code, whatever it may mean (EXE-29). */
  void exited(int code) {
    result.setExitCode(code);
    if (code != 0) {
      response.setMessage("Execution failed for " + operation + ": exit code " + code);
    }
  }

  /** Why it ended as it did, for people. */
  void explain(String why) {
    response.setMessage(response.getMessage() + ", " + why);
  }

  /** All that this names is stored. */
  void produced(ActionResult outputs) {
    result = outputs.toBuilder().setExitCode(result.getExitCode());
  }

  /** The whole, with a result in any case (EXE-28, MET-07). */
  ExecuteResponse response(ExecutedActionMetadata metadata) {
    if (!response.hasStatus()) {
      response.setStatus(Status.newBuilder().setCode(Code.OK_VALUE));
    }
    return response.setResult(result.setExecutionMetadata(metadata)).build();
  }
}
