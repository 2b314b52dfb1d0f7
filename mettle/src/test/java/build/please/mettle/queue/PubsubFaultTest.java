// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.mettle.queue.FakeFaults.Dice;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What Pub/Sub may do to us, and what comes of it: each message at least once, in order of keys.
 */
@Timeout(60)
final class PubsubFaultTest {
  private final PubsubRig rig = new PubsubRig();
  private final FakePubsub pubsub = rig.pubsub;
  private final String topicName = rig.topicName;
  private final String subscriptionName = rig.subscriptionName;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  PubsubFaultTest() throws IOException {}

  @AfterEach
  void stop() throws InterruptedException {
    rig.stop();
    threads.shutdown();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void everythingAtOnce_eachMessageAtLeastOnce_keysInOrder(long seed) throws Exception {
    int messages = 120;
    Set<String> left = new HashSet<>();
    Map<String, Integer> newest = new HashMap<>();
    List<String> disorder = new ArrayList<>();
    List<Future<Void>> ends = new ArrayList<>();
    pubsub.faults.roll(
        seed,
        Map.of(
            Dice.DUPLICATE, 10,
            Dice.REORDER, 20,
            Dice.DELAY, 10,
            Dice.LOST_ACK, 10,
            Dice.EXPIRE, 5,
            Dice.REFUSE, 10,
            Dice.LOST_ANSWER, 10));
    try (Topic topic = rig.topic();
        Subscription subscription = rig.subscribe(PubsubRig.QUICK)) {
      for (int i = 0; i < messages; i++) {
        left.add("m" + i);
      }
      CompletableFuture<Void> done = new CompletableFuture<>();
      for (int i = 0; i < 4; i++) {
        ends.add(
            threads.submit(
                () -> {
                  for (var next = subscription.take();
                      next.isPresent();
                      next = subscription.take()) {
                    try (Lease lease = next.get()) {
                      synchronized (left) {
                        String key = lease.message().key();
                        int number =
                            Integer.parseInt(lease.message().body().toStringUtf8().substring(1));
                        // An old one may come again, but nothing is skipped on the way to a new
                        // one.
                        int last = newest.getOrDefault(key, -1);
                        if (!key.isEmpty() && number > last) {
                          if (last >= 0 && number != last + 8) {
                            disorder.add(key + ": " + number + " after " + last);
                          }
                          newest.put(key, number);
                        }
                        left.remove("m" + number);
                        if (left.isEmpty()) {
                          done.complete(null);
                        }
                      }
                      lease.ack();
                    }
                  }
                  return null;
                }));
      }
      for (int i = 0; i < messages; i++) {
        topic.publish(text("m" + i, i % 2 == 0 ? "" : "key" + i % 8));
      }
      awaitPassingDeadlines(done);
    }
    for (Future<Void> end : ends) {
      end.get(30, TimeUnit.SECONDS);
    }
    assertEquals(List.of(), disorder, "seed " + seed);
    assertTrue(left.isEmpty(), left + " of seed " + seed);
  }

  /** What was handed out in an answer that got lost comes when its deadline passes. */
  private void awaitPassingDeadlines(CompletableFuture<Void> done) throws Exception {
    while (true) {
      try {
        done.get(100, TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException e) {
        rig.fake().expire();
      }
    }
  }

  @Test
  void publish_failsForGood_theKeyGoesOn() throws Exception {
    try (Topic topic = rig.topic();
        Subscription subscription = rig.subscribe(PubsubRig.QUICK)) {
      topic.publish(text("1", "key"));
      pubsub.faults.fail("Publish", 1, Status.INVALID_ARGUMENT);
      assertThrowsIo(() -> topic.publish(text("2", "key")), topicName);
      topic.publish(text("3", "key"));
      assertEquals("1", QueueContract.text(QueueContract.takeAndAck(subscription)));
      assertEquals("3", QueueContract.text(QueueContract.takeAndAck(subscription)));
    }
  }

  @Test
  void publish_noAnswerInTime_throwsAndGoesOnAfterwards() throws Exception {
    try (Topic topic = rig.topic(Duration.ofMillis(500));
        Subscription subscription = rig.subscribe(PubsubRig.QUICK)) {
      pubsub.faults.fail("Publish", 10_000, Status.UNAVAILABLE);
      assertThrowsIo(() -> topic.publish(text("lost", "key")), topicName);
      pubsub.faults.clear("Publish");
      topic.publish(text("next", "key"));
      assertEquals("next", QueueContract.text(QueueContract.takeAndAck(subscription)));
    }
  }

  @Test
  void publish_streakOfFailuresAndALostAnswer_isRepeatedWithin() throws Exception {
    try (Topic topic = rig.topic();
        Subscription subscription = rig.subscribe(PubsubRig.QUICK)) {
      pubsub.faults.fail("Publish", 3, Status.UNAVAILABLE);
      pubsub.faults.loseAnswer("Publish", Status.UNAVAILABLE);
      topic.publish(text("m", "key"));
      assertEquals("m", QueueContract.text(QueueContract.takeAndAck(subscription)));
      // It was accepted twice, and that is how it must come.
      assertEquals("m", QueueContract.text(QueueContract.takeAndAck(subscription)));
    }
  }

  @Test
  void publish_tooLarge_isRefusedBeforeItIsSent() throws Exception {
    try (Topic topic = rig.topic();
        Subscription subscription = rig.subscribe(PubsubRig.QUICK)) {
      Message tooLarge = new Message(ByteString.copyFrom(new byte[10_000_000]), Map.of(), "");
      assertThrows(MessageTooLargeException.class, () -> topic.publish(tooLarge));
      assertEquals(0, pubsub.faults.calls("Publish"));
      Message large = new Message(ByteString.copyFrom(new byte[9_990_000]), Map.of(), "");
      topic.publish(large);
      assertEquals(large, QueueContract.takeAndAck(subscription));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"UNAVAILABLE", "PERMISSION_DENIED", "NOT_FOUND", "INTERNAL", "ABORTED"})
  void take_pullsFail_goesOnWhenTheyWorkAgain(Status.Code code) throws Exception {
    pubsub.faults.fail("Pull", 20, code.toStatus());
    try (Topic topic = rig.topic();
        Subscription subscription = rig.subscribe(PubsubRig.QUICK)) {
      topic.publish(text("m", ""));
      assertEquals("m", QueueContract.text(QueueContract.takeAndAck(subscription)));
    }
    assertTrue(pubsub.faults.calls("Pull") > 20);
  }

  @Test
  void take_theSubscriptionIsDeletedAndMadeAgain_goesOn() throws Exception {
    try (Topic topic = rig.topic();
        Subscription subscription = rig.subscribe(PubsubRig.QUICK)) {
      var taken = threads.submit(() -> QueueContract.takeAndAck(subscription));
      PubsubRig.until(() -> rig.fake().waitingPulls() == 1);
      pubsub.remove(subscriptionName);
      int before = pubsub.faults.calls("Pull");
      PubsubRig.until(() -> pubsub.faults.calls("Pull") > before + 2);
      assertFalse(subscription.isThere());
      pubsub.subscription(topicName, "s");
      PubsubRig.until(subscription::isThere);
      topic.publish(text("m", ""));
      assertEquals("m", QueueContract.text(taken.get(30, TimeUnit.SECONDS)));
    }
  }

  @Test
  void take_connectionsAreReset_goesOn() throws Exception {
    try (Topic topic = rig.topic();
        Subscription subscription = rig.subscribe(PubsubRig.QUICK)) {
      var taken = threads.submit(() -> QueueContract.takeAndAck(subscription));
      PubsubRig.until(() -> rig.fake().waitingPulls() == 1);
      pubsub.reset();
      topic.publish(text("m", ""));
      PubsubRig.until(
          () -> {
            rig.fake().expire(); // It may have gone to the pull that was reset.
            return taken.isDone();
          });
      assertEquals("m", QueueContract.text(taken.get()));
    }
  }

  @Test
  void take_nobodyIsFree_leavesMessagesToOthers() throws Exception {
    try (Topic topic = rig.topic();
        Subscription busy = rig.subscribe(PubsubRig.QUICK);
        Subscription idle = rig.subscribe(PubsubRig.QUICK)) {
      topic.publish(text("1", ""));
      Lease one = busy.take().orElseThrow();
      topic.publish(text("2", ""));
      topic.publish(text("3", ""));
      assertEquals("2", QueueContract.text(QueueContract.takeAndAck(idle)));
      assertEquals("3", QueueContract.text(QueueContract.takeAndAck(idle)));
      one.ack();
    }
  }

  static void assertThrowsIo(Executable act, String name) {
    String told = String.valueOf(assertThrows(IOException.class, act).getMessage());
    assertTrue(told.contains(name) && !told.contains("\n"), told);
  }

  private static Message text(String text, String key) {
    return QueueContract.message(text, key);
  }
}
