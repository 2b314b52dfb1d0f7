// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.cas.Digest;
import build.please.common.cas.OutputPaths;
import build.please.proto.execution.Action;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.Command;

/** An action that a client asks for, with its command. */
record RequestedAction(Digest digest, Action action, Command command) {
  /**
   * Whether a stored result has everything that the command declares. A result that lacks an output
   * is right for clients that name optional ones, but one that asks for a run may well get a run.
   */
  boolean isAnsweredBy(ActionResult result) {
    return OutputPaths.of(command).missingFrom(result).isEmpty();
  }
}
