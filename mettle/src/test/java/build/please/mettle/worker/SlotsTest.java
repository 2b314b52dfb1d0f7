// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class SlotsTest {
  private final Stop stop = new Stop();
  private final Slots slots = Slots.of(2, (action, command) -> 1);

  private CompletableFuture<Boolean> taking(int count) {
    CompletableFuture<Boolean> taken = new CompletableFuture<>();
    Thread taker = new Thread(() -> taken.complete(slots.take(count, stop)), "taker");
    taker.setDaemon(true);
    taker.start();
    while (taker.isAlive() && taker.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    return taken;
  }

  @Test
  void whoWantsMany_waitsForAll_andIsNotPassedBy() {
    assertTrue(slots.take(1, stop));
    CompletableFuture<Boolean> both = taking(2);
    CompletableFuture<Boolean> later = taking(1);
    assertFalse(both.isDone());
    assertFalse(later.isDone(), "though one is free");

    slots.giveBack(1);

    assertTrue(both.join());
    assertFalse(later.isDone());
    slots.giveBack(2);
    assertTrue(later.join());
  }

  @Test
  void stop_freesWhoWaits_emptyHanded() {
    assertTrue(slots.take(2, stop));
    CompletableFuture<Boolean> first = taking(2);
    CompletableFuture<Boolean> second = taking(1);

    stop.raise();

    assertFalse(first.join());
    assertFalse(second.join());
    assertFalse(slots.take(1, stop));
  }
}
