// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import build.please.bench.machine.Cores;
import java.time.Duration;

/** Waits until nothing else keeps the cores busy, for so long at most in a whole run. */
final class Quiet {
  private static final double BUSY = 0.25;
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private long patience;

  /** Without patience it never looks. */
  Quiet(Duration patience) {
    this.patience = patience.toNanos();
  }

  /** While nothing that belongs to this run is at work. */
  void await(Runnable tell) {
    long start = System.nanoTime();
    while (patience > System.nanoTime() - start && isBusy()) {
      tell.run();
      sleep(PAUSE);
    }
    patience -= System.nanoTime() - start;
  }

  private static boolean isBusy() {
    Cores before = Cores.now();
    sleep(LOOK);
    return Cores.now().busySince(before).orElse(0) > BUSY;
  }

  private static void sleep(Duration time) {
    try {
      // How busy the cores are can only be asked over some time.
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
