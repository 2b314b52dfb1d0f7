// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.rpc.RpcErrors;
import build.please.mettle.queue.ExecuteMessage;
import build.please.proto.execution.ExecuteResponse;
import com.google.rpc.Code;
import com.google.rpc.Status;
import java.time.Clock;

/**
 * Cannot fail: whatever is thrown inside becomes the response's status, and the response always has
 * a status and a result, without which clients give up (EXE-28).
 */
final class FailSafeActionRunner implements ActionRunner {
  private final ActionRunner delegate;
  private final String worker;
  private final Clock clock;

  FailSafeActionRunner(ActionRunner delegate, String worker, Clock clock) {
    this.delegate = delegate;
    this.worker = worker;
    this.clock = clock;
  }

  @Override
  public ExecuteResponse run(ExecuteMessage message, Progress progress, Stop stop) {
    Timeline timeline = new Timeline(clock, worker, Costs.NONE, message.queuedAt());
    try {
      ExecuteResponse response = delegate.run(message, progress, stop);
      if (response.hasResult() && response.hasStatus()) {
        return response;
      }
      ExecuteResponse.Builder whole = response.toBuilder();
      if (!response.hasStatus()) {
        whole.setStatus(Status.newBuilder().setCode(Code.OK_VALUE));
      }
      whole.getResultBuilder();
      return whole.build();
    } catch (Throwable e) {
      Outcome outcome = new Outcome(message.operation());
      outcome.fail(RpcErrors.toStatus(e));
      return outcome.response(timeline.completed());
    }
  }
}
