// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.setup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A property in which a subscription may differ from what it should be. */
enum Property {
  TOPIC(Change.NEVER),
  ORDER(Change.NEVER),
  FILTER(Change.NEVER),
  ACK_DEADLINE(Change.POSSIBLE),
  RETENTION(Change.POSSIBLE),
  EXPIRY(Change.POSSIBLE),
  DEAD_LETTERS(Change.POSSIBLE);

  /** Whether Pub/Sub lets one change it. */
  enum Change {
    POSSIBLE,
    NEVER
  }

  private final Change change;

  Property(Change change) {
    this.change = change;
  }

  /** In which two subscriptions differ, of those that can be changed or of those that cannot. */
  static List<Property> differing(
      PlannedSubscription one, PlannedSubscription other, Change change) {
    List<Property> differing = new ArrayList<>();
    for (Property property : values()) {
      if (property.change == change && !property.of(one).equals(property.of(other))) {
        differing.add(property);
      }
    }
    return differing;
  }

  /** For people. Two that differ have different texts. */
  String of(PlannedSubscription subscription) {
    return switch (this) {
      case TOPIC -> subscription.topic();
      case ORDER ->
          subscription.order() == PlannedSubscription.Order.KEPT
              ? "message ordering"
              : "no ordering";
      case FILTER ->
          subscription.filter().isEmpty() ? "no filter" : "filter " + subscription.filter();
      case ACK_DEADLINE -> "ack deadline " + seconds(subscription.ackDeadline());
      case RETENTION -> "retention " + seconds(subscription.retention());
      case EXPIRY -> "expiry " + subscription.expiry().map(Property::seconds).orElse("never");
      case DEAD_LETTERS -> deadLetters(subscription);
    };
  }

  private static String deadLetters(PlannedSubscription subscription) {
    Optional<PlannedSubscription.DeadLetters> policy = subscription.deadLetters();
    return policy
        .map(one -> "dead letters to " + one.topic() + " after " + one.attempts() + " attempts")
        .orElse("no dead letters");
  }

  private static String seconds(Duration duration) {
    return duration.toSeconds() + " s";
  }
}
