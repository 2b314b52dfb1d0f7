// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How many zstd contexts there may be. Each takes native memory that no flag of the JVM bounds, up
 * to 8 MiB, and lives as long as its call. When all are taken, one that was not used for a while,
 * since its client takes or sends nothing, is freed for the next, and its own call fails (fault
 * 71). Safe for concurrent use.
 */
final class ZstdContexts {
  private static final long BYTES_EACH = 1 << 20;
  private static final int FEWEST = 64;
  private static final int MOST = 1024;
  private static final Duration IDLE = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Those who wait hold a thread each, and others need threads too. */
  private static final int MAX_WAITERS = 8;

  private static final long LOOK_MILLIS = 50;

  private static final ZstdContexts OF_THIS_PROCESS =
      new ZstdContexts(
          (int) Math.min(MOST, Math.max(FEWEST, Runtime.getRuntime().maxMemory() / BYTES_EACH)),
          IDLE,
          PATIENCE,
          System::nanoTime);

  private final int limit;
  private final long idleNanos;
  private final long patienceNanos;
  private final LongSupplier nanos;
  private final Set<Place<?>> taken = new HashSet<>();
  private int waiters;

  /**
   * @param idle how long a context must have been unused to be given to another
   * @param patience how long to wait for one
   */
  ZstdContexts(int limit, Duration idle, Duration patience, LongSupplier nanos) {
    this.limit = limit;
    this.idleNanos = idle.toNanos();
    this.patienceNanos = patience.toNanos();
    this.nanos = nanos;
  }

  /** Native memory belongs to the process, so its limit does too: as many as MiB of heap. */
  static ZstdContexts ofThisProcess() {
    return OF_THIS_PROCESS;
  }

  /** A place for one context, which is made when it is first used. */
  <C> Place<C> place(Supplier<C> maker, Consumer<C> freer) {
    return new Place<>(maker, freer);
  }

  private synchronized void admit(Place<?> place) throws BusyException {
    if (taken.size() >= limit && !freeIdle()) {
      await();
    }
    taken.add(place);
  }

  private void await() throws BusyException {
    if (waiters == MAX_WAITERS) {
      throw allTaken();
    }
    waiters++;
    try {
      long begin = nanos.getAsLong();
      while (taken.size() >= limit && !freeIdle()) {
        if (nanos.getAsLong() - begin >= patienceNanos) {
          throw allTaken();
        }
        wait(LOOK_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw allTaken();
    } finally {
      waiters--;
    }
  }

  private BusyException allTaken() {
    return new BusyException("all " + limit + " zstd contexts of the server are in use");
  }

  private boolean freeIdle() {
    Optional<Place<?>> oldest = taken.stream().min(Comparator.comparingLong(Place::age));
    return oldest.isPresent() && oldest.get().giveUp();
  }

  private synchronized void leave(Place<?> place) {
    taken.remove(place);
    notifyAll();
  }

  /** One context, or the right to make one. Safe for concurrent use. */
  final class Place<C> implements AutoCloseable {
    private final Supplier<C> maker;
    private final Consumer<C> freer;
    private final ReentrantLock inUse = new ReentrantLock();
    private volatile long lastUse;
    private @Nullable C context;
    private boolean over;

    private Place(Supplier<C> maker, Consumer<C> freer) {
      this.maker = maker;
      this.freer = freer;
    }

    /**
     * The context, which stays until {@link #release}, to be called by the same thread. Blocks for
     * some seconds at most.
     *
     * @throws BusyException if there is none, or it went to another meanwhile; nothing is to be
     *     released then
     */
    C acquire() throws BusyException {
      inUse.lock();
      boolean acquired = false;
      try {
        C here = context;
        if (here == null) {
          if (over) {
            throw new BusyException("the zstd context went to a client that makes progress");
          }
          here = open();
        }
        acquired = true;
        return here;
      } finally {
        if (!acquired) {
          inUse.unlock();
        }
      }
    }

    private C open() throws BusyException {
      admit(this);
      boolean made = false;
      try {
        C fresh = maker.get();
        context = fresh;
        lastUse = nanos.getAsLong();
        made = true;
        return fresh;
      } finally {
        if (!made) {
          leave(this);
        }
      }
    }

    void release() {
      lastUse = nanos.getAsLong();
      inUse.unlock();
    }

    /** Relative to a fixed moment, so that it can be compared. */
    private long age() {
      return lastUse - nanos.getAsLong();
    }

    /** Frees the context if nobody used it for a while. */
    private boolean giveUp() {
      if (nanos.getAsLong() - lastUse < idleNanos || !inUse.tryLock()) {
        return false;
      }
      try {
        return free();
      } finally {
        inUse.unlock();
      }
    }

    private boolean free() {
      over = true;
      C old = context;
      context = null;
      if (old == null) {
        return false;
      }
      freer.accept(old);
      leave(this);
      return true;
    }

    /** Frees the context. Safe to call twice. */
    @Override
    public void close() {
      inUse.lock();
      try {
        free();
      } finally {
        inUse.unlock();
      }
    }
  }
}
