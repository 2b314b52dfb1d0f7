// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.GivenUp;
import build.please.proto.execution.ExecuteResponse;
import java.util.List;

/**
 * How often an action was begun by workers that then vanished, which it may have been the reason
 * for. Safe for concurrent use.
 */
final class Attempts {
  /** What is to become of a request. */
  enum Fate {
    RUN,
    /** Nobody waits for it: it ended without a result. */
    DROP,
    /** It was tried often enough. */
    GIVE_UP
  }

  /**
   * What is to become of a request.
   *
   * @param response what to answer if it is given up
   */
  record Verdict(Fate fate, ExecuteResponse response) {
    static final Verdict RUN = new Verdict(Fate.RUN, ExecuteResponse.getDefaultInstance());
    static final Verdict OVER = new Verdict(Fate.DROP, ExecuteResponse.getDefaultInstance());
  }

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

  /** What is to become of a request. May block for some seconds. */
  Verdict verdict(ExecuteMessage message) {
    Hearsay.Heard heard = hearsay.of(message);
    List<String> here = journal.vanished(message.operation());
    List<String> all = here.size() > heard.workers().size() ? here : heard.workers();
    if (all.size() < most) {
      return heard.ended() ? Verdict.OVER : Verdict.RUN;
    }
    return new Verdict(
        Fate.GIVE_UP, ExecuteResponse.newBuilder().setStatus(GivenUp.vanished(all)).build());
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
