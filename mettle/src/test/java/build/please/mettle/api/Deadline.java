// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what happens on another thread and tells nobody. */
final class Deadline {
  private Deadline() {}

  static void await(BooleanSupplier condition, String what) {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        fail("not so after 20 s: " + what);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }
}
