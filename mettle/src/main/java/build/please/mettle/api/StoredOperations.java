// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.cas.ActionCache;
import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.ExecuteOperation;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import com.google.longrunning.Operation;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** What the action cache tells of operations that nobody remembers. */
record StoredOperations(ActionCache results) {
  /**
   * The end of an operation, if the result of its action is stored. The name does not tell how long
   * the action is.
   */
  Optional<Operation> find(String name) throws IOException {
    Digest action;
    try {
      action = Digest.parse(name, 1);
    } catch (MalformedException e) {
      return Optional.empty(); // Not the name of a run whose result may be stored.
    }
    ExecuteRequest.Builder request = ExecuteRequest.newBuilder();
    request.getActionDigestBuilder().setHash(name);
    return results.findByHash(action).map(result -> cached(request.build(), result));
  }

  /** The answer to a request whose result is stored. */
  static Operation cached(ExecuteRequest request, ActionResult result) {
    return ExecuteOperation.completed(
        new ExecuteMessage(request, Instant.EPOCH, ""),
        ExecuteResponse.newBuilder().setResult(result).setCachedResult(true).build());
  }
}
