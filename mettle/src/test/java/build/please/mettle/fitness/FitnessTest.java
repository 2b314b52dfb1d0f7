// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.fitness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.mettle.worker.Stop;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When the gate opens and shuts. */
@Timeout(60)
final class FitnessTest {
  private final SetCheck disk = new SetCheck("disk", true);
  private final SetCheck store = new SetCheck("store", false);
  private final Stop stop = new Stop();

  @Test
  void gate_isShutUntilEverythingWasLookedAt() {
    try (Fitness fitness = Fitness.byHand(List.of(store))) {
      assertFalse(fitness.isOpen());
      fitness.look(store);
      assertTrue(fitness.isOpen());
    }
  }

  @Test
  void faults_areNamedUntilTheyAreOver() {
    try (Fitness fitness = Fitness.byHand(List.of(store, disk))) {
      store.fault = Optional.of("no answer");
      fitness.look(store);
      disk.fault = Optional.of("full");

      assertFalse(fitness.isOpen());
      assertEquals(Map.of("disk", "full", "store", "no answer"), fitness.faults());

      store.fault = Optional.empty();
      fitness.look(store);
      assertFalse(fitness.isOpen());
      disk.fault = Optional.empty();
      assertTrue(fitness.isOpen());
      assertEquals(Map.of(), fitness.faults());
    }
  }

  /** A disk can fill at any time, and looking at it costs nothing. */
  @Test
  void quickChecks_areMadeWhenSomebodyAsks() {
    try (Fitness fitness = Fitness.byHand(List.of(disk))) {
      assertTrue(fitness.isOpen());
      disk.fault = Optional.of("full");
      assertFalse(fitness.isOpen());
    }
  }

  @Test
  void waiting_endsWhenTheFaultDoes() {
    try (Fitness fitness = Fitness.byHand(List.of(store))) {
      CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> fitness.await(stop));
      assertFalse(waiting.isDone());
      fitness.look(store);
      waiting.join();
    }
  }

  @Test
  void waiting_endsWithTheWorker() {
    try (Fitness fitness = Fitness.byHand(List.of(store))) {
      CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> fitness.await(stop));
      stop.raise();
      waiting.join();
      assertFalse(fitness.isOpen());
    }
  }

  @Test
  void checks_areMadeByThemselvesAndOneThatThrowsIsMadeAgain() throws InterruptedException {
    SetCheck broken = new SetCheck("broken", false);
    broken.failures = 1;
    broken.period = Duration.ofMillis(1);
    try (Fitness fitness = Fitness.watch(List.of(broken))) {
      broken.looked.await();
      fitness.await(stop);
      assertTrue(fitness.isOpen());
    }
  }

  /** Says what it is told to. */
  private static final class SetCheck implements Check {
    final CountDownLatch looked = new CountDownLatch(2);
    volatile Optional<String> fault = Optional.empty();
    volatile Duration period = Duration.ofHours(1);
    volatile int failures;
    private final String subject;
    private final boolean quick;

    SetCheck(String subject, boolean quick) {
      this.subject = subject;
      this.quick = quick;
    }

    @Override
    public String subject() {
      return subject;
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // One thread at a time.
    public Optional<String> fault() {
      looked.countDown();
      if (failures > 0) {
        failures--;
        throw new IllegalStateException("cannot look");
      }
      return fault;
    }

    @Override
    public Duration period() {
      return period;
    }

    @Override
    public boolean isQuick() {
      return quick;
    }
  }
}
