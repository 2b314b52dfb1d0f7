// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.setup;

import java.time.Duration;
import java.util.Optional;

/**
 * A subscription as it should be, or as it is.
 *
 * @param name in full, {@code projects/P/subscriptions/S}
 * @param topic in full
 * @param retention how long a message waits that nobody acknowledges
 * @param expiry how long the subscription itself stays when nobody uses it; empty: for ever
 * @param filter in Pub/Sub's language; empty takes every message
 */
public record PlannedSubscription(
    String name,
    String topic,
    Order order,
    Duration ackDeadline,
    Duration retention,
    Optional<Duration> expiry,
    Optional<DeadLetters> deadLetters,
    String filter) {

  /** Whether the messages of one key come in the order in which they were published. */
  public enum Order {
    KEPT,
    ANY
  }

  /** Where a message goes that was handed out so often. */
  public record DeadLetters(String topic, int attempts) {}

  PlannedSubscription with(String otherName, String otherFilter) {
    return new PlannedSubscription(
        otherName, topic, order, ackDeadline, retention, expiry, deadLetters, otherFilter);
  }
}
