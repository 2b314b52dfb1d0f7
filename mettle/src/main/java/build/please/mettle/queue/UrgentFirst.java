// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Two subscriptions as one, which gives what is urgent first, and batch work when there is nothing
 * urgent. Each fifth message is of the batch work if there is some, so that it is never starved.
 * Safe for concurrent use.
 */
public final class UrgentFirst implements Subscription {
  /** Of so many messages one is of the batch work, as long as there are both. */
  static final int SHARE = 5;

  /** A look for batch work costs time; one in vain is enough for so long. */
  private static final long IN_VAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Claimable urgent;
  private final Claimable batch;
  private final long graceNanos;
  private final LongSupplier nanoTime;

  @GuardedBy("this")
  private int taken;

  @GuardedBy("this")
  private long inVain;

  @GuardedBy("this")
  private boolean wasInVain;

  private volatile boolean closed;

  /**
   * @param urgent becomes this one's, as does the next
   * @param grace how long the one that comes first may need to say that it has something
   * @param nanoTime as {@link System#nanoTime}
   */
  public UrgentFirst(Claimable urgent, Claimable batch, Duration grace, LongSupplier nanoTime) {
    this.urgent = urgent;
    this.batch = batch;
    this.graceNanos = grace.toNanos();
    this.nanoTime = nanoTime;
  }

  @Override
  public Optional<Lease> take() {
    boolean batchIsFirst = isTurnOfBatch();
    Semaphore bell = new Semaphore(0);
    try (Claimable.Claim first = (batchIsFirst ? batch : urgent).claim(bell::release)) {
      Optional<Lease> lease = pollWithin(first, bell);
      if (lease.isPresent() || closed) {
        return lease;
      }
      if (batchIsFirst) {
        sawNoBatch();
      }
      try (Claimable.Claim second = (batchIsFirst ? urgent : batch).claim(bell::release)) {
        return batchIsFirst ? await(second, first, bell) : await(first, second, bell);
      }
    }
  }

  private synchronized boolean isTurnOfBatch() {
    taken = Math.min(taken + 1, SHARE);
    if (taken < SHARE || (wasInVain && nanoTime.getAsLong() - inVain < IN_VAIN_NANOS)) {
      return false;
    }
    taken = 0;
    wasInVain = false;
    return true;
  }

  private synchronized void sawNoBatch() {
    wasInVain = true;
    inVain = nanoTime.getAsLong();
  }

  private Optional<Lease> pollWithin(Claimable.Claim claim, Semaphore bell) {
    long end = System.nanoTime() + graceNanos;
    Optional<Lease> lease = claim.poll();
    try {
      while (lease.isEmpty()
          && !closed
          && bell.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        lease = claim.poll();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return lease;
  }

  private Optional<Lease> await(Claimable.Claim better, Claimable.Claim other, Semaphore bell) {
    while (!closed) {
      Optional<Lease> lease = better.poll();
      if (lease.isEmpty()) {
        lease = other.poll();
      }
      if (lease.isPresent()) {
        return lease;
      }
      bell.acquireUninterruptibly();
    }
    return Optional.empty();
  }

  @Override
  public boolean isThere() {
    return urgent.isThere() && batch.isThere();
  }

  @Override
  public void close() throws IOException {
    closed = true;
    try {
      urgent.close();
    } finally {
      batch.close();
    }
  }
}
