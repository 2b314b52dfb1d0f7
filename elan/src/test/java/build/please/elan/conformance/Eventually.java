// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what happens on other threads. */
final class Eventually {
  private Eventually() {}

  static void hold(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + Patience.LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        fail("not within " + Patience.LIMIT.toSeconds() + " s: " + what);
      }
      LockSupport.parkNanos(200_000);
    }
  }
}
