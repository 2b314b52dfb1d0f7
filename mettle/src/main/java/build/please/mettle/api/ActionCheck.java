// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.MalformedException;
import build.please.proto.execution.Action;
import build.please.proto.execution.Command;
import java.io.IOException;

/** Refuses actions that no worker could run, before they are queued. Safe for concurrent use. */
@FunctionalInterface
public interface ActionCheck {
  /**
   * May block, to look at the input tree.
   *
   * @throws MalformedException if the action, its command or its inputs break a rule: a path, a
   *     timeout, an empty command
   * @throws io.grpc.StatusRuntimeException FAILED_PRECONDITION if no worker has what it asks for
   * @throws BlobNotFoundException naming every input that is known to be absent
   * @throws IOException if the inputs cannot be looked at
   */
  void check(Action action, Command command) throws IOException;
}
