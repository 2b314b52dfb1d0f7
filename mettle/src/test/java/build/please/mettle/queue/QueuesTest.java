// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
final class QueuesTest {
  private final FakePubsub pubsub;
  private final Queues queues;

  QueuesTest() throws IOException {
    pubsub = new FakePubsub();
    pubsub.subscription(pubsub.topic("t"), "s");
    queues =
        new Queues(new QueueConfig(pubsub.address(), Duration.ofSeconds(10), Duration.ofHours(1)));
  }

  @AfterEach
  void stop() throws InterruptedException {
    pubsub.stop();
  }

  @ParameterizedTest
  @CsvSource({
    "gcppubsub://projects/p/topics/t, gcppubsub://projects/p/subscriptions/s",
    "gcppubsub://p/t, gcppubsub://p/s",
    "gcppubsub://p/t?max_send_batch_size=1000,"
        + " gcppubsub://p/s?max_recv_batch_size=5&nacklazy=true&max_send_batch_size=1",
    "mem://t, mem://t?ackdeadline=10m",
    "mem://t?ackdeadline=1m30s, mem://t",
  })
  void open_everyForm_works(String topicUrl, String subscriptionUrl) throws IOException {
    try (Subscription subscription = queues.openSubscription(subscriptionUrl);
        Topic topic = queues.openTopic(topicUrl)) {
      topic.publish(QueueContract.message("m", ""));
      assertEquals("m", QueueContract.text(QueueContract.takeAndAck(subscription)));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "requests | is no queue URL",
        "redis://t | is no queue URL",
        "gcppubsub://my-request-queue | names none of the topics",
        "gcppubsub://projects/p/subscriptions/s | names none of the topics",
        "gcppubsub://projects/p/topics/ | names none of the topics",
        "gcppubsub:///t | names none of the topics",
        "gcppubsub://p/t/x | names none of the topics",
        "gcppubsub://p/t?max_recv_batch_size=5 | has an unknown parameter: max_recv_batch_size",
        "gcppubsub://p/t?max_send_batch_size=0 | max_send_batch_size is a number from 1 to 1000",
        "gcppubsub://p/t?max_send_batch_size=1&max_send_batch_size=1 | twice",
        "mem:// | names no topic",
        "mem://t?ackdeadline=soon | ackdeadline is a duration",
        "mem://t?nacklazy=true | has an unknown parameter: nacklazy",
      })
  void openTopic_wrongUrl_isToldInOneLine(String url, String why) {
    assertTold(url, why, () -> queues.openTopic(url));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gcppubsub://projects/p/topics/t | names none of the subscriptions",
        "gcppubsub://p/s?max_recv_batch_size=1001 | max_recv_batch_size is a number from 1 to 1000",
        "gcppubsub://p/s?max_recv_batch_size=many | max_recv_batch_size is a number from 1 to 1000",
        "gcppubsub://p/s?nacklazy=perhaps | nacklazy is true or false",
        "gcppubsub://p/s?colour=blue | has an unknown parameter: colour",
        "mem://t?max_recv_batch_size=5 | has an unknown parameter: max_recv_batch_size",
      })
  void openSubscription_wrongUrl_isToldInOneLine(String url, String why) {
    assertTold(url, why, () -> queues.openSubscription(url));
  }

  private static void assertTold(String url, String why, Executable open) {
    String told = String.valueOf(assertThrows(IllegalArgumentException.class, open).getMessage());
    assertTrue(told.contains("'" + url + "'") && told.contains(why), told);
    assertEquals(1, told.lines().count(), told);
  }

  @Test
  void open_missing_isNamed() {
    String topic =
        assertThrows(IOException.class, () -> queues.openTopic("gcppubsub://p/no")).getMessage();
    assertEquals("projects/p/topics/no does not exist", topic);
    String subscription =
        assertThrows(IOException.class, () -> queues.openSubscription("gcppubsub://p/no"))
            .getMessage();
    assertEquals("projects/p/subscriptions/no does not exist", subscription);
  }

  @Test
  void open_forbidden_isNamedWithWhatIsNeeded() {
    pubsub.faults.fail("GetTopic", 1, Status.PERMISSION_DENIED);
    pubsub.faults.fail("GetSubscription", 1, Status.PERMISSION_DENIED);
    pubsub.faults.fail("TestIamPermissions", 2, Status.PERMISSION_DENIED);
    String topic =
        assertThrows(IOException.class, () -> queues.openTopic("gcppubsub://p/t")).getMessage();
    assertEquals(
        "projects/p/topics/t is forbidden: these credentials lack pubsub.topics.publish", topic);
    String subscription =
        assertThrows(IOException.class, () -> queues.openSubscription("gcppubsub://p/s"))
            .getMessage();
    assertEquals(
        "projects/p/subscriptions/s is forbidden: these credentials lack"
            + " pubsub.subscriptions.consume",
        subscription);
  }

  /** The roles for publishing and subscribing include no right to look. */
  @Test
  void open_mayUseButNotLook_works() throws IOException {
    pubsub.faults.fail("GetTopic", 1, Status.PERMISSION_DENIED);
    pubsub.faults.fail("GetSubscription", 1, Status.PERMISSION_DENIED);
    queues.openTopic("gcppubsub://p/t").close();
    queues.openSubscription("gcppubsub://p/s").close();
  }
}
