// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class MemoryQueueTest extends QueueContract {
  private final MemoryQueue queue = new MemoryQueue(10_000);

  @Override
  Topic topic() {
    return queue;
  }

  @Override
  Claimable subscribe() {
    return queue.subscribe();
  }

  @Test
  void take_noKeys_arriveInOrderOfPublication() throws IOException {
    try (Subscription subscription = queue.subscribe()) {
      for (int i = 0; i < 100; i++) {
        queue.publish(message(Integer.toString(i), ""));
      }
      for (int i = 0; i < 100; i++) {
        assertEquals(Integer.toString(i), text(takeAndAck(subscription)));
      }
    }
  }

  @Test
  void take_keyIsLeased_otherKeysAreHandedOut() throws IOException {
    try (Subscription subscription = queue.subscribe()) {
      queue.publish(message("a1", "a"));
      queue.publish(message("a2", "a"));
      queue.publish(message("b1", "b"));
      try (Lease a1 = subscription.take().orElseThrow()) {
        assertEquals("a1", text(a1.message()));
        assertEquals("b1", text(takeAndAck(subscription)));
        queue.publish(message("none", ""));
        assertEquals("none", text(takeAndAck(subscription)));
        a1.ack();
      }
      assertEquals("a2", text(takeAndAck(subscription)));
    }
  }

  @Test
  void attempt_isExact() throws IOException {
    try (Subscription subscription = queue.subscribe()) {
      queue.publish(message("m", ""));
      for (int attempt = 1; attempt <= 3; attempt++) {
        try (Lease lease = subscription.take().orElseThrow()) {
          assertEquals(attempt, lease.attempt());
        }
      }
    }
  }

  @Test
  void publish_oneSubscriptionIsFull_nobodyGetsTheMessage() throws IOException {
    MemoryQueue small = new MemoryQueue(2);
    try (Subscription slow = small.subscribe();
        Subscription quick = small.subscribe()) {
      small.publish(message("1", ""));
      small.publish(message("2", ""));
      takeAndAck(quick);
      takeAndAck(quick);
      try (Lease leased = slow.take().orElseThrow()) {
        assertThrows(QueueFullException.class, () -> small.publish(message("3", "")));
        leased.ack();
      }
      small.publish(message("4", ""));
      assertEquals("4", text(takeAndAck(quick)));
    }
  }

  @Test
  void publish_aClosedSubscription_doesNotFillUp() throws IOException {
    MemoryQueue small = new MemoryQueue(1);
    small.subscribe().close();
    for (int i = 0; i < 10; i++) {
      small.publish(message("m", ""));
    }
  }

  @Test
  void publish_topicIsClosed_throwsAndLeavesWhatIsThere() throws IOException {
    try (Subscription subscription = queue.subscribe()) {
      queue.publish(message("before", ""));
      queue.close();
      assertThrows(IOException.class, () -> queue.publish(message("after", "")));
      assertEquals("before", text(takeAndAck(subscription)));
    }
  }
}
