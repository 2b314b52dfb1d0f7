// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import java.util.Optional;

/** A subscription whose takers may turn to another one while they wait. */
public interface Claimable extends Subscription {
  /** One taker's wish for one message, until it is closed. Not safe for concurrent use. */
  interface Claim extends AutoCloseable {
    /** The message, if there is one now; never a second one. Does not block. */
    Optional<Lease> poll();

    /** Wishes no more. What came for nobody else goes back to the queue. */
    @Override
    void close();
  }

  /**
   * Asks for one message, without waiting for it.
   *
   * @param onArrival run when it is worth to poll, perhaps in vain, and when the subscription is
   *     closed; under locks, so that it must neither block nor call anything here
   */
  Claim claim(Runnable onArrival);
}
