// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.setup;

import build.please.mettle.setup.PlannedSubscription.DeadLetters;
import build.please.mettle.setup.PlannedSubscription.Order;
import com.google.protobuf.Duration;
import com.google.protobuf.FieldMask;
import com.google.pubsub.v1.DeadLetterPolicy;
import com.google.pubsub.v1.ExpirationPolicy;
import com.google.pubsub.v1.Subscription;
import java.util.Optional;
import java.util.Set;

/** Subscriptions in Cloud Pub/Sub's words. */
final class PubsubDescription {
  private PubsubDescription() {}

  static Subscription write(PlannedSubscription subscription) {
    // A policy without a time to live is that of a subscription which never expires.
    ExpirationPolicy.Builder expiry = ExpirationPolicy.newBuilder();
    subscription.expiry().ifPresent(ttl -> expiry.setTtl(duration(ttl)));
    Subscription.Builder written =
        Subscription.newBuilder()
            .setName(subscription.name())
            .setTopic(subscription.topic())
            .setEnableMessageOrdering(subscription.order() == Order.KEPT)
            .setAckDeadlineSeconds(Math.toIntExact(subscription.ackDeadline().toSeconds()))
            .setMessageRetentionDuration(duration(subscription.retention()))
            .setExpirationPolicy(expiry)
            .setFilter(subscription.filter());
    subscription
        .deadLetters()
        .ifPresent(
            policy ->
                written.setDeadLetterPolicy(
                    DeadLetterPolicy.newBuilder()
                        .setDeadLetterTopic(policy.topic())
                        .setMaxDeliveryAttempts(policy.attempts())));
    return written.build();
  }

  static PlannedSubscription read(Subscription subscription) {
    return new PlannedSubscription(
        subscription.getName(),
        subscription.getTopic(),
        subscription.getEnableMessageOrdering() ? Order.KEPT : Order.ANY,
        java.time.Duration.ofSeconds(subscription.getAckDeadlineSeconds()),
        duration(subscription.getMessageRetentionDuration()),
        subscription.getExpirationPolicy().hasTtl()
            ? Optional.of(duration(subscription.getExpirationPolicy().getTtl()))
            : Optional.empty(),
        subscription.getDeadLetterPolicy().getDeadLetterTopic().isEmpty()
            ? Optional.empty()
            : Optional.of(
                new DeadLetters(
                    subscription.getDeadLetterPolicy().getDeadLetterTopic(),
                    subscription.getDeadLetterPolicy().getMaxDeliveryAttempts())),
        subscription.getFilter());
  }

  static FieldMask mask(Set<Property> properties) {
    FieldMask.Builder mask = FieldMask.newBuilder();
    for (Property property : properties) {
      mask.addPaths(
          switch (property) {
            case ACK_DEADLINE -> "ack_deadline_seconds";
            case RETENTION -> "message_retention_duration";
            case EXPIRY -> "expiration_policy";
            case DEAD_LETTERS -> "dead_letter_policy";
            case TOPIC, ORDER, FILTER ->
                throw new IllegalArgumentException(property + " cannot be changed");
          });
    }
    return mask.build();
  }

  private static Duration duration(java.time.Duration duration) {
    return Duration.newBuilder().setSeconds(duration.toSeconds()).build();
  }

  private static java.time.Duration duration(Duration duration) {
    return java.time.Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }
}
