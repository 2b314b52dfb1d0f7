// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
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
  void publish_whenManyWait_wakesOneForEach() throws IOException {
    AtomicInteger first = new AtomicInteger();
    AtomicInteger second = new AtomicInteger();
    try (Claimable subscription = queue.subscribe();
        Claimable.Claim one = subscription.claim(first::incrementAndGet);
        Claimable.Claim other = subscription.claim(second::incrementAndGet)) {
      queue.publish(message("1", ""));
      assertEquals(List.of(1, 0), List.of(first.get(), second.get()));
      queue.publish(message("2", ""));
      assertEquals(List.of(1, 1), List.of(first.get(), second.get()));
      takeAndAck(subscription);
      takeAndAck(subscription);
      assertTrue(one.poll().isEmpty() && other.poll().isEmpty());
      queue.publish(message("3", ""));
      assertEquals(3, first.get() + second.get());
    }
  }

  @Test
  void claimThatWasWoken_andTakesNothing_wakesAnother() throws IOException {
    AtomicInteger second = new AtomicInteger();
    try (Claimable subscription = queue.subscribe()) {
      Claimable.Claim one = subscription.claim(() -> {});
      try (Claimable.Claim other = subscription.claim(second::incrementAndGet)) {
        queue.publish(message("1", ""));
        one.close();
        assertEquals(1, second.get());
        other.poll().orElseThrow().ack();
      }
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
