// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import com.google.pubsub.v1.ReceivedMessage;

/** A message as Pub/Sub handed it out, and how often it is still extended. Guarded by its shelf. */
final class PubsubDelivery {
  private final ReceivedMessage received;
  private final Message message;
  private long extensions;

  PubsubDelivery(ReceivedMessage received, long extensions) {
    this.received = received;
    this.message =
        new Message(
            received.getMessage().getData(),
            received.getMessage().getAttributesMap(),
            received.getMessage().getOrderingKey());
    this.extensions = extensions;
  }

  Message message() {
    return message;
  }

  /** Of the message, for people. */
  String id() {
    return received.getMessage().getMessageId();
  }

  /** Of this delivery, for Pub/Sub. */
  String ackId() {
    return received.getAckId();
  }

  /** As of Pub/Sub, which counts only for subscriptions with dead letters; else 0. */
  int attempt() {
    return received.getDeliveryAttempt();
  }

  String key() {
    return message.key();
  }

  /** Takes one extension; how many are left, negative if there was none. */
  long useExtension() {
    return --extensions;
  }
}
