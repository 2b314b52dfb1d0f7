// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every queue promises. */
@Timeout(60)
abstract class QueueContract {
  private static final int TAKERS = 8;

  private final ExecutorService takers = Executors.newFixedThreadPool(TAKERS);
  private Topic topic;

  /** The topic of a queue that is empty and has no subscriptions yet. */
  abstract Topic topic() throws IOException;

  /** A new subscription to {@link #topic}. */
  abstract Claimable subscribe() throws IOException;

  @BeforeEach
  final void open() throws IOException {
    topic = topic();
  }

  @AfterEach
  final void close() throws IOException {
    topic.close();
    takers.shutdown();
  }

  @Test
  void take_aThirdOfTheAttemptsAbandoned_eachIsAckedExactlyOnce() throws Exception {
    int messages = 2_000;
    Map<String, Integer> acked = new ConcurrentHashMap<>();
    AtomicInteger abandoned = new AtomicInteger();
    CountDownLatch left = new CountDownLatch(messages);
    List<Future<Void>> ends = new ArrayList<>();
    try (Subscription subscription = subscribe()) {
      for (int seed = 0; seed < TAKERS; seed++) {
        Random dice = new Random(seed);
        Taker taker =
            lease -> {
              if (dice.nextInt(3) == 0) {
                abandoned.incrementAndGet();
                return;
              }
              acked.merge(text(lease.message()), 1, Integer::sum);
              lease.ack();
              left.countDown();
            };
        ends.add(start(subscription, taker));
      }
      for (int i = 0; i < messages; i++) {
        topic.publish(message("m" + i, i % 2 == 0 ? "" : "key" + i % 7));
      }
      assertTrue(left.await(50, TimeUnit.SECONDS), () -> left.getCount() + " left");
    }
    join(ends);
    assertEquals(messages, acked.size());
    assertTrue(acked.values().stream().allMatch(times -> times == 1), acked::toString);
    assertTrue(abandoned.get() > messages / 4, "abandoned " + abandoned);
  }

  @Test
  void take_sameKey_arriveInOrderOneAtATime() throws Exception {
    int keys = 5;
    int perKey = 200;
    Map<String, List<Integer>> seen = new ConcurrentHashMap<>();
    Set<String> leased = ConcurrentHashMap.newKeySet();
    AtomicInteger overlaps = new AtomicInteger();
    CountDownLatch left = new CountDownLatch(keys * perKey);
    List<Future<Void>> ends = new ArrayList<>();
    try (Subscription subscription = subscribe()) {
      for (int i = 0; i < perKey; i++) {
        for (int k = 0; k < keys; k++) {
          topic.publish(message(Integer.toString(i), "key" + k));
        }
      }
      for (int seed = 0; seed < TAKERS; seed++) {
        Random dice = new Random(seed);
        Taker taker =
            lease -> {
              String key = lease.message().key();
              if (!leased.add(key)) {
                overlaps.incrementAndGet();
              }
              boolean abandon = dice.nextInt(3) == 0;
              if (!abandon) {
                seen.computeIfAbsent(key, k -> new ArrayList<>())
                    .add(Integer.valueOf(text(lease.message())));
              }
              LockSupport.parkNanos(1_000); // Others get their chance to break the rule.
              leased.remove(key);
              if (!abandon) {
                lease.ack();
                left.countDown();
              }
            };
        ends.add(start(subscription, taker));
      }
      assertTrue(left.await(50, TimeUnit.SECONDS), () -> left.getCount() + " left");
    }
    join(ends);
    assertEquals(0, overlaps.get());
    assertEquals(keys, seen.size());
    List<Integer> inOrder = IntStream.range(0, perKey).boxed().toList();
    for (List<Integer> numbers : seen.values()) {
      assertEquals(inOrder, numbers);
    }
  }

  @Test
  void publish_twoSubscriptions_eachGetsTheMessageAsItWas() throws Exception {
    try (Subscription one = subscribe();
        Subscription other = subscribe()) {
      Message message = new Message(ByteString.copyFromUtf8("body"), Map.of("a", "1"), "key");
      topic.publish(message);
      assertEquals(message, takeAndAck(one));
      assertEquals(message, takeAndAck(other));
    }
  }

  @Test
  void close_withoutAck_returnsTheMessageBeforeYoungerOnes() throws Exception {
    try (Subscription subscription = subscribe()) {
      topic.publish(message("first", "key"));
      topic.publish(message("second", "key"));
      try (Lease lease = subscription.take().orElseThrow()) {
        assertEquals("first", text(lease.message()));
      }
      assertEquals("first", text(takeAndAck(subscription)));
      assertEquals("second", text(takeAndAck(subscription)));
    }
  }

  @Test
  void attempt_countsHandOuts() throws Exception {
    try (Subscription subscription = subscribe()) {
      topic.publish(message("m", ""));
      for (int attempt = 1; attempt <= 3; attempt++) {
        try (Lease lease = subscription.take().orElseThrow()) {
          assertTrue(lease.attempt() == 0 || lease.attempt() == attempt, "" + lease.attempt());
        }
      }
    }
  }

  @Test
  void lease_ackAndClose_onlyTheFirstCounts() throws Exception {
    try (Subscription subscription = subscribe()) {
      topic.publish(message("returned", "key"));
      topic.publish(message("next", "key"));
      Lease returned = subscription.take().orElseThrow();
      returned.close();
      returned.ack();
      Lease acked = subscription.take().orElseThrow();
      assertEquals("returned", text(acked.message()));
      acked.ack();
      acked.close();
      acked.close();
      assertEquals("next", text(takeAndAck(subscription)));
    }
  }

  @Test
  void close_takersWaiting_wakeWithNothing() throws Exception {
    Subscription subscription = subscribe();
    List<Future<Optional<Lease>>> waiting = new ArrayList<>();
    for (int i = 0; i < TAKERS; i++) {
      waiting.add(takers.submit(subscription::take));
    }
    assertThrows(TimeoutException.class, () -> waiting.get(0).get(20, TimeUnit.MILLISECONDS));
    subscription.close();
    subscription.close();
    for (Future<Optional<Lease>> one : waiting) {
      assertTrue(one.get(10, TimeUnit.SECONDS).isEmpty());
    }
    assertTrue(subscription.take().isEmpty());
  }

  @Test
  void ack_afterTheSubscriptionWasClosed_isFine() throws Exception {
    Subscription subscription = subscribe();
    topic.publish(message("m", "key"));
    Lease lease = subscription.take().orElseThrow();
    subscription.close();
    assertEquals("m", text(lease.message()));
    lease.ack();
  }

  @Test
  void claim_getsOneMessage_andHearsOfIt() throws Exception {
    try (Claimable subscription = subscribe()) {
      Semaphore bell = new Semaphore(0);
      try (Claimable.Claim claim = subscription.claim(bell::release)) {
        assertTrue(claim.poll().isEmpty());
        topic.publish(message("m", ""));
        Lease lease = await(claim, bell);
        assertEquals("m", text(lease.message()));
        lease.ack();
        topic.publish(message("n", ""));
        assertTrue(claim.poll().isEmpty());
      }
      assertEquals("n", text(takeAndAck(subscription)));
    }
  }

  @Test
  @SuppressWarnings("try") // The claim is only there to be left.
  void claim_thatIsLeft_keepsNothingFromOthers() throws Exception {
    try (Claimable subscription = subscribe()) {
      Semaphore bell = new Semaphore(0);
      try (Claimable.Claim claim = subscription.claim(bell::release)) {
        topic.publish(message("m", ""));
        bell.acquire();
      }
      assertEquals("m", text(takeAndAck(subscription)));
    }
  }

  @Test
  void claim_hearsOfTheEnd() throws Exception {
    Claimable subscription = subscribe();
    Semaphore bell = new Semaphore(0);
    try (Claimable.Claim claim = subscription.claim(bell::release)) {
      subscription.close();
      assertTrue(bell.tryAcquire(10, TimeUnit.SECONDS));
      assertTrue(claim.poll().isEmpty());
    }
  }

  private static Lease await(Claimable.Claim claim, Semaphore bell) throws InterruptedException {
    Optional<Lease> lease = claim.poll();
    while (lease.isEmpty()) {
      assertTrue(bell.tryAcquire(10, TimeUnit.SECONDS), "nothing came");
      lease = claim.poll();
    }
    return lease.get();
  }

  static Message message(String text, String key) {
    return new Message(ByteString.copyFromUtf8(text), Map.of(), key);
  }

  static String text(Message message) {
    return message.body().toStringUtf8();
  }

  static Message takeAndAck(Subscription subscription) throws IOException {
    try (Lease lease = subscription.take().orElseThrow()) {
      lease.ack();
      return lease.message();
    }
  }

  /** What is done with one lease. */
  interface Taker {
    void take(Lease lease) throws IOException;
  }

  private Future<Void> start(Subscription subscription, Taker taker) {
    return takers.submit(
        () -> {
          Optional<Lease> next = subscription.take();
          while (next.isPresent()) {
            try (Lease lease = next.get()) {
              taker.take(lease);
            }
            next = subscription.take();
          }
          return null;
        });
  }

  private static void join(List<Future<Void>> ends)
      throws InterruptedException, ExecutionException, TimeoutException {
    for (Future<Void> end : ends) {
      end.get(50, TimeUnit.SECONDS);
    }
  }
}
