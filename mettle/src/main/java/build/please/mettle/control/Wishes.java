// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.control;

import build.please.proto.control.AttendResponse.Wish;
import java.time.Duration;

/**
 * What one API server wishes of the runs that are in a worker's hands.
 *
 * @param demand who waits here
 * @param patience for how long nobody may wait before a run counts as abandoned; zero for ever
 */
public record Wishes(Demand demand, Duration patience) {
  /**
   * @param known for how long the run has been asked about: one that this server never heard of is
   *     not abandoned before its client had the time to come here from another server
   */
  Wish of(String operation, Duration known) {
    if (demand.isCancelled(operation)) {
      return Wish.CANCELLED;
    }
    Duration unwatched = demand.unwatchedFor(operation).orElse(known);
    boolean inTime = patience.isZero() || unwatched.compareTo(patience) < 0;
    return inTime ? Wish.WANTED : Wish.ABANDONED;
  }
}
