// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One budget for answers that are sent as a whole, from before they are read until the client has
 * taken them: no flow control bounds those. A quarter is left to small ones. Safe for concurrent
 * use.
 */
public final class WholeAnswers {
  /** Answers up to this length are small. */
  static final int SMALL = 128 << 10;

  /** Several messages of the greatest length. */
  private static final long LEAST = 16 << 20;

  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** Those who wait hold a thread each, and others need threads too. */
  private static final int WAITERS = 8;

  private final Semaphore small;
  private final Semaphore large;
  private final int largest;
  private final Semaphore waiters = new Semaphore(WAITERS);
  private final Duration patience;

  /**
   * @param limit bytes
   * @param patience how long to wait for a part of it
   */
  WholeAnswers(long limit, Duration patience) {
    this.small = new Semaphore(units(limit / 4), true);
    this.largest = units(limit / 4 * 3);
    this.large = new Semaphore(largest, true);
    this.patience = patience;
  }

  /** A budget that suits the memory of this process. */
  public static WholeAnswers ofThisProcess() {
    return new WholeAnswers(Math.max(MemoryShares.ofThisProcess().answers(), LEAST), PATIENCE);
  }

  /**
   * Takes room for an answer, and all that there is for one that is even longer. Blocks for a
   * second at most, and not at all if many do already.
   *
   * @return gives it back; may be run again, which does nothing
   * @throws io.grpc.StatusRuntimeException RESOURCE_EXHAUSTED if there is none; a client may try
   *     again
   */
  public Runnable take(long bytes) {
    Semaphore budget = bytes <= SMALL ? small : large;
    int units = Math.min(units(bytes), largest);
    if (!budget.tryAcquire(units) && !await(budget, units)) {
      throw Status.RESOURCE_EXHAUSTED
          .withDescription("the server has no memory for an answer of " + bytes + " bytes now")
          .asRuntimeException();
    }
    AtomicBoolean given = new AtomicBoolean();
    return () -> {
      if (given.compareAndSet(false, true)) {
        budget.release(units);
      }
    };
  }

  private boolean await(Semaphore budget, int units) {
    if (!waiters.tryAcquire()) {
      return false;
    }
    try {
      return budget.tryAcquire(units, patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      waiters.release();
    }
  }

  /** Of a KiB, the last one in part. */
  private static int units(long bytes) {
    return (int) Math.min((bytes + 1023) / 1024, Integer.MAX_VALUE);
  }
}
