// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import com.google.pubsub.v1.PublisherGrpc;
import com.google.pubsub.v1.SubscriberGrpc;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The contract against a stand-in for Pub/Sub that others wrote. */
@EnabledIfSystemProperty(
    named = "pubsub.emulator",
    matches = ".+",
    disabledReason = "needs another program; e2e/run queues runs it")
final class PubsubEmulatorTest extends QueueContract {
  private final String emulator = System.getProperty("pubsub.emulator", "");
  private final String topicName = "projects/p/topics/t" + UUID.randomUUID();
  private final Queues queues =
      new Queues(new QueueConfig(emulator, Duration.ofSeconds(30), Duration.ofHours(1)));
  private final ManagedChannel channel =
      ManagedChannelBuilder.forTarget(emulator).usePlaintext().build();

  @AfterEach
  void disconnect() {
    channel.shutdown();
  }

  @Override
  Topic topic() throws IOException {
    PublisherGrpc.newBlockingStub(channel)
        .createTopic(com.google.pubsub.v1.Topic.newBuilder().setName(topicName).build());
    return queues.openTopic("gcppubsub://" + topicName);
  }

  @Override
  Claimable subscribe() throws IOException {
    String name = "projects/p/subscriptions/s" + UUID.randomUUID();
    SubscriberGrpc.newBlockingStub(channel)
        .createSubscription(
            com.google.pubsub.v1.Subscription.newBuilder()
                .setName(name)
                .setTopic(topicName)
                .setAckDeadlineSeconds(60)
                .setEnableMessageOrdering(true)
                .build());
    return queues.openSubscription("gcppubsub://" + name);
  }
}
