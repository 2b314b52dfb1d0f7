// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import java.io.IOException;
import java.time.Duration;

/** A topic of a fake Pub/Sub with a subscription, for clients that are quick to try again. */
final class PubsubRig {
  static final PubsubLeasing QUICK =
      new PubsubLeasing(
          Duration.ofSeconds(60),
          Duration.ofMillis(20),
          Duration.ofHours(1),
          1,
          false,
          Duration.ofMillis(1),
          Duration.ofMillis(20));

  final FakePubsub pubsub = new FakePubsub();
  final String topicName = pubsub.topic("t");
  final String subscriptionName = pubsub.subscription(topicName, "s");

  PubsubRig() throws IOException {}

  Topic topic() throws IOException {
    return topic(Duration.ofSeconds(20));
  }

  /** That tries to publish for so long. */
  Topic topic(Duration patience) throws IOException {
    return PubsubTopic.open(topicName, pubsub.address(), patience, Duration.ofSeconds(20));
  }

  Subscription subscribe(PubsubLeasing leasing) throws IOException {
    return PubsubSubscription.open(
        subscriptionName, pubsub.address(), leasing, Duration.ofSeconds(20));
  }

  FakeSubscription fake() {
    return pubsub.find(subscriptionName);
  }

  /** To be called once. */
  void stop() throws InterruptedException {
    pubsub.stop();
  }

  /** A thing that happens soon, on other threads. */
  interface Happening {
    boolean isSo() throws IOException;
  }

  static void until(Happening happening) throws IOException {
    while (!happening.isSo()) {
      Thread.onSpinWait();
    }
  }
}
