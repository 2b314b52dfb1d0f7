// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Over the client of Cloud Pub/Sub and a fake of the service. */
@Timeout(60)
final class PubsubUrgentFirstTest {
  private final FakePubsub pubsub = new FakePubsub();
  private final Queues queues =
      new Queues(new QueueConfig(pubsub.address(), Duration.ofSeconds(30), Duration.ofHours(1)));
  private final String urgent = pubsub.subscription(pubsub.topic("urgent"), "u");
  private final String batch = pubsub.subscription(pubsub.topic("batch"), "b");
  private final Topic urgentTopic = queues.openTopic("gcppubsub://p/urgent");
  private final Topic batchTopic = queues.openTopic("gcppubsub://p/batch");

  PubsubUrgentFirstTest() throws IOException {}

  @AfterEach
  void stop() throws IOException, InterruptedException {
    urgentTopic.close();
    batchTopic.close();
    pubsub.stop();
  }

  private UrgentFirst open(Duration grace) throws IOException {
    return new UrgentFirst(
        queues.openSubscription("gcppubsub://" + urgent),
        queues.openSubscription("gcppubsub://" + batch),
        grace,
        System::nanoTime);
  }

  private static String take(UrgentFirst both, int count) throws IOException {
    StringBuilder taken = new StringBuilder();
    for (int i = 0; i < count; i++) {
      taken.append(QueueContract.text(QueueContract.takeAndAck(both)));
    }
    return taken.toString();
  }

  @Test
  void both_urgentGoesFirst_andBatchHasItsShare() throws IOException {
    for (int i = 0; i < 12; i++) {
      urgentTopic.publish(QueueContract.message("u", ""));
      batchTopic.publish(QueueContract.message("b", ""));
    }
    // Longer than any pull takes here.
    try (UrgentFirst both = open(Duration.ofSeconds(30))) {
      assertEquals("uuuubuuuub", take(both, 10));
    }
  }

  @Test
  void whoIsBusyWithBatch_keepsNoUrgentMessageFromOthers() throws Exception {
    FakeSubscription there = pubsub.find(urgent);
    try (UrgentFirst both = open(Duration.ofMillis(20))) {
      for (int i = 0; i < 20; i++) {
        batchTopic.publish(QueueContract.message("b", ""));
        try (Lease lease = both.take().orElseThrow()) {
          assertEquals("b", QueueContract.text(lease.message()));
          while (there.waitingPulls() > 0) {
            Thread.onSpinWait();
          }
          lease.ack();
        }
      }
      batchTopic.publish(QueueContract.message("b", ""));
      try (Lease lease = both.take().orElseThrow()) {
        while (there.waitingPulls() > 0) {
          Thread.onSpinWait();
        }
        urgentTopic.publish(QueueContract.message("u", ""));
        assertEquals(0, there.out());
        lease.ack();
      }
      assertEquals("u", take(both, 1));
    }
    assertEquals(List.of(0, 0), List.of(there.size(), pubsub.find(batch).size()));
  }
}
