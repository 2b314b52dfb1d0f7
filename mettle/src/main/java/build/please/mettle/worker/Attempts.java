// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.GivenUp;
import build.please.proto.execution.ExecuteResponse;
import java.util.List;
import java.util.Optional;

/**
 * How often an action was begun by workers that then vanished, which it may have been the reason
 * for. Safe for concurrent use.
 */
final class Attempts {
  private final AttemptJournal journal;
  private final Hearsay hearsay;
  private final int most;

  /**
   * @param most after so many an action is not tried again
   */
  Attempts(AttemptJournal journal, Hearsay hearsay, int most) {
    this.journal = journal;
    this.hearsay = hearsay;
    this.most = most;
  }

  /** What to answer instead of trying once more, if it was tried often enough. */
  Optional<ExecuteResponse> verdict(ExecuteMessage message) {
    List<String> here = journal.vanished(message.operation());
    List<String> elsewhere = hearsay.vanished(message);
    List<String> all = here.size() > elsewhere.size() ? here : elsewhere;
    if (all.size() < most) {
      return Optional.empty();
    }
    return Optional.of(ExecuteResponse.newBuilder().setStatus(GivenUp.vanished(all)).build());
  }

  /** A run, from before it begins until it ends in any way that this worker survives. */
  AttemptJournal.Entry begin(ExecuteMessage message) {
    return journal.begin(message.operation());
  }

  /** Lets it be tried anew. */
  void forget(ExecuteMessage message) {
    journal.forget(message.operation());
  }
}
