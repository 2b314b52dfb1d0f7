// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import com.google.api.gax.batching.BatchingSettings;
import com.google.cloud.pubsub.v1.stub.GrpcPublisherStub;
import com.google.cloud.pubsub.v1.stub.PublisherStub;
import com.google.cloud.pubsub.v1.stub.PublisherStubSettings;
import com.google.pubsub.v1.GetTopicRequest;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PubsubMessage;
import java.io.IOException;
import java.time.Duration;

/**
 * A topic of Cloud Pub/Sub.
 *
 * <p>Uses the client's stub and not its {@code Publisher}, which tries for ever to publish what has
 * a key: everything behind it would wait until {@code resumePublish}, whatever the caller thinks of
 * it by then. Here a message is either confirmed or has failed when {@link #publish} returns, and
 * the next one of its key starts afresh. Of the messages of one key that one thread publishes the
 * order is kept, since each is confirmed before the next.
 */
final class PubsubTopic implements Topic {
  /** What Pub/Sub takes. */
  private static final int LARGEST = 10_000_000;

  private final String name;
  private final Duration timeout;
  private final PubsubConnection connection;
  private final PublisherStub stub;

  private PubsubTopic(
      String name, Duration timeout, PubsubConnection connection, PublisherStub stub) {
    this.name = name;
    this.timeout = timeout;
    this.connection = connection;
    this.stub = stub;
  }

  /**
   * @param timeout of one {@link #publish}
   * @param opening how long it may take to see that the topic is there
   * @throws IOException if it is not, or not for us; one line that names it
   */
  static PubsubTopic open(String name, String emulator, Duration timeout, Duration opening)
      throws IOException {
    PubsubConnection connection = PubsubConnection.open(emulator);
    try {
      PublisherStub stub = stub(connection, timeout, opening);
      GetTopicRequest description = GetTopicRequest.newBuilder().setTopic(name).build();
      new PubsubPresence(name, "pubsub.topics.publish", stub.testIamPermissionsCallable())
          .require(stub.getTopicCallable().futureCall(description), opening);
      return new PubsubTopic(name, timeout, connection, stub);
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  private static PublisherStub stub(PubsubConnection connection, Duration timeout, Duration opening)
      throws IOException {
    PublisherStubSettings.Builder settings =
        connection.configure(PublisherStubSettings.newBuilder());
    settings.publishSettings().setRetrySettings(PubsubConnection.patience(timeout));
    settings
        .publishSettings()
        .setBatchingSettings(BatchingSettings.newBuilder().setIsEnabled(false).build());
    settings.getTopicSettings().setRetrySettings(PubsubConnection.patience(opening));
    return GrpcPublisherStub.create(settings.build());
  }

  /**
   * {@inheritDoc}
   *
   * @throws MessageTooLargeException if Pub/Sub takes no message of this size
   */
  @Override
  public void publish(Message message) throws IOException {
    PubsubMessage sent =
        PubsubMessage.newBuilder()
            .setData(message.body())
            .putAllAttributes(message.attributes())
            .setOrderingKey(message.key())
            .build();
    if (sent.getSerializedSize() > LARGEST) {
      throw new MessageTooLargeException(
          name + " takes " + LARGEST + " bytes at most, not " + sent.getSerializedSize());
    }
    connection.reconnect();
    PublishRequest request = PublishRequest.newBuilder().setTopic(name).addMessages(sent).build();
    PubsubErrors.await(
        stub.publishCallable().futureCall(request), timeout, name + " did not confirm a message");
  }

  @Override
  public void close() {
    stub.close();
    connection.close();
  }
}
