// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

/** The queue's promises over the client of Cloud Pub/Sub and a fake of the service. */
final class PubsubQueueTest extends QueueContract {
  private final FakePubsub pubsub;
  private final Queues queues;
  private int subscriptions;

  PubsubQueueTest() throws IOException {
    pubsub = new FakePubsub();
    queues =
        new Queues(new QueueConfig(pubsub.address(), Duration.ofSeconds(30), Duration.ofHours(1)));
  }

  @AfterEach
  void stop() throws InterruptedException {
    pubsub.stop();
  }

  @Override
  Topic topic() throws IOException {
    return queues.openTopic("gcppubsub://" + pubsub.topic("t"));
  }

  @Override
  Claimable subscribe() throws IOException {
    String name = pubsub.subscription("projects/p/topics/t", "s" + ++subscriptions);
    return queues.openSubscription("gcppubsub://" + name);
  }
}
