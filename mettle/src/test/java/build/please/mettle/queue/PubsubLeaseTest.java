// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** For how long Pub/Sub keeps a message for us, and how that ends. */
@Timeout(60)
final class PubsubLeaseTest {
  private final PubsubRig rig = new PubsubRig();

  PubsubLeaseTest() throws IOException {}

  @AfterEach
  void stop() throws InterruptedException {
    rig.stop();
  }

  @Test
  void lease_isExtended_untilTheLongestTime() throws Exception {
    PubsubLeasing brief =
        new PubsubLeasing(
            Duration.ofSeconds(60),
            Duration.ofMillis(20),
            Duration.ofMillis(100),
            1,
            false,
            Duration.ofMillis(1),
            Duration.ofMillis(20));
    try (Topic topic = rig.topic();
        Subscription subscription = rig.subscribe(brief)) {
      topic.publish(QueueContract.message("m", ""));
      try (Lease lease = subscription.take().orElseThrow()) {
        // On arrival, and five times by the clock.
        PubsubRig.until(() -> rig.fake().extensions().size() == 6);
        rig.fake().expire();
        Lease again = subscription.take().orElseThrow();
        assertEquals(lease.message(), again.message());
        again.ack();
        lease.ack();
      }
    }
    assertEquals(Set.of(60), Set.copyOf(rig.fake().extensions().subList(0, 6)));
  }

  @Test
  void lease_acknowledgementFailsAWhile_isRepeated() throws Exception {
    try (Topic topic = rig.topic();
        Subscription subscription = rig.subscribe(PubsubRig.QUICK)) {
      topic.publish(QueueContract.message("m", ""));
      rig.pubsub.faults.fail("Acknowledge", 3, Status.UNAVAILABLE);
      QueueContract.takeAndAck(subscription);
    }
    assertEquals(0, rig.fake().size());
  }

  @Test
  void lease_endsAfterTheSubscriptionWasClosed_isToldBeforeItReturns() throws Exception {
    try (Topic topic = rig.topic()) {
      Subscription subscription = rig.subscribe(PubsubRig.QUICK);
      topic.publish(QueueContract.message("acked", ""));
      topic.publish(QueueContract.message("returned", ""));
      Lease acked = subscription.take().orElseThrow();
      Lease returned = subscription.take().orElseThrow();
      subscription.close();
      assertEquals(2, rig.fake().out());
      acked.ack();
      returned.close();
      assertEquals(0, rig.fake().out());
      assertEquals(1, rig.fake().size());
    }
  }

  @Test
  void lease_returnedLazily_waitsForItsDeadline() throws Exception {
    PubsubLeasing lazy =
        new PubsubLeasing(
            Duration.ofSeconds(60),
            Duration.ofHours(1),
            Duration.ofHours(2),
            1,
            true,
            Duration.ofMillis(1),
            Duration.ofMillis(20));
    try (Topic topic = rig.topic();
        Subscription subscription = rig.subscribe(lazy)) {
      topic.publish(QueueContract.message("m", ""));
      subscription.take().orElseThrow().close();
      PubsubRig.until(() -> rig.fake().extensions().equals(List.of(60)));
      assertEquals(1, rig.fake().out());
      rig.fake().expire();
      QueueContract.takeAndAck(subscription);
    }
    assertFalse(rig.fake().extensions().contains(0));
  }

  @Test
  void close_batchWaitsHere_isReturned() throws Exception {
    PubsubLeasing batches =
        new PubsubLeasing(
            Duration.ofSeconds(60),
            Duration.ofSeconds(15),
            Duration.ofHours(1),
            10,
            false,
            Duration.ofMillis(1),
            Duration.ofMillis(20));
    try (Topic topic = rig.topic()) {
      for (int i = 0; i < 10; i++) {
        topic.publish(QueueContract.message("m" + i, ""));
      }
      Subscription subscription = rig.subscribe(batches);
      Lease lease = subscription.take().orElseThrow();
      assertEquals(10, rig.fake().out());
      subscription.close();
      assertEquals(1, rig.fake().out());
      lease.ack();
      assertEquals(9, rig.fake().size());
    }
  }

  @Test
  void lease_hasTheIdAndTheAttemptOfPubsub() throws Exception {
    rig.fake().countAttempts();
    try (Topic topic = rig.topic();
        Subscription subscription = rig.subscribe(PubsubRig.QUICK)) {
      topic.publish(QueueContract.message("m", ""));
      for (int attempt = 1; attempt <= 3; attempt++) {
        try (Lease lease = subscription.take().orElseThrow()) {
          assertEquals(attempt, lease.attempt());
          assertEquals("id-1", lease.id());
        }
      }
    }
  }
}
