// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for what another process does, of which nobody tells us. */
public final class Deadlines {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private Deadlines() {}

  /** Something that may have come true. */
  public interface Condition {
    boolean holds() throws Exception;
  }

  /** Blocks until the condition holds, and fails if it does not within a minute. */
  public static void await(String what, Condition condition) {
    long start = System.nanoTime();
    try {
      while (!condition.holds()) {
        if (System.nanoTime() - start > PATIENCE_NANOS) {
          throw new AssertionError("still waiting for " + what);
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    } catch (Exception e) {
      throw new AssertionError("waiting for " + what, e);
    }
  }
}
