// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.Digest;
import build.please.mettle.queue.ExecuteMessage;
import build.please.proto.execution.Action;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import com.google.rpc.Code;
import com.google.rpc.Status;
import java.io.IOException;

/** Has a run wait until as many slots are free as its action asks for. */
final class SlottedActionRunner implements ActionRunner {
  private final ActionRunner delegate;
  private final ActionReader actions;
  private final Slots slots;

  SlottedActionRunner(ActionRunner delegate, ActionReader actions, Slots slots) {
    this.delegate = delegate;
    this.actions = actions;
    this.slots = slots;
  }

  @Override
  public ExecuteResponse run(ExecuteMessage message, Progress progress, Stop stop) {
    int wanted = wanted(message.request());
    if (!slots.take(wanted, stop)) {
      return ExecuteResponse.newBuilder()
          .setStatus(
              Status.newBuilder().setCode(Code.UNAVAILABLE_VALUE).setMessage("the worker stops"))
          .build();
    }
    try {
      return delegate.run(message, progress, stop);
    } finally {
      slots.giveBack(wanted);
    }
  }

  private int wanted(ExecuteRequest request) {
    try {
      Action action = actions.action(Digest.parse(request.getActionDigest()));
      return slots.wanted(action, actions.command(Digest.parse(action.getCommandDigest())));
    } catch (IOException | RuntimeException e) {
      return 1; // The run will say what is wrong.
    }
  }
}
