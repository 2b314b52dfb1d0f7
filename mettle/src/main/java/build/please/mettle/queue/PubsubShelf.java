// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The deliveries of one subscription between their arrival and their end, and those who wait for
 * them. Safe for concurrent use.
 *
 * <p>Of the deliveries with one key one is out at a time. When it is returned, the younger ones are
 * too, since Pub/Sub hands them out again behind it.
 */
final class PubsubShelf {
  private final int batch;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Condition demanded = lock.newCondition();

  /** What nobody has taken yet, oldest first. */
  @GuardedBy("lock")
  private final Set<PubsubDelivery> ready = new LinkedHashSet<>();

  @GuardedBy("lock")
  private final Set<PubsubDelivery> leased = new HashSet<>();

  @GuardedBy("lock")
  private final Set<String> busyKeys = new HashSet<>();

  @GuardedBy("lock")
  private int waiting;

  /** What to run when something arrives, of those who wait without blocking. */
  @GuardedBy("lock")
  private final List<Runnable> bells = new ArrayList<>();

  /** Whether those who wait may leave with nothing. */
  @GuardedBy("lock")
  private boolean isClaimed;

  /** Who still needs the connection: he who pulls, and the leases. */
  @GuardedBy("lock")
  private int users = 1;

  @GuardedBy("lock")
  private Runnable pulling = () -> {};

  @GuardedBy("lock")
  private boolean withdrawn;

  @GuardedBy("lock")
  private boolean closed;

  /**
   * @param batch how many messages are asked for at least
   */
  PubsubShelf(int batch) {
    this.batch = batch;
  }

  /** The next delivery, which is then leased. Blocks; empty once this is closed. */
  Optional<PubsubDelivery> take() {
    lock.lock();
    try {
      waiting++;
      demanded.signal();
      Optional<PubsubDelivery> next = lease();
      while (next.isEmpty() && !closed) {
        arrived.awaitUninterruptibly();
        next = lease();
      }
      waiting--;
      return next;
    } finally {
      lock.unlock();
    }
  }

  /** One who waits without blocking, until it is left. Not safe for concurrent use. */
  final class Waiter {
    private final Runnable bell;
    private boolean waits = true;

    private Waiter(Runnable bell) {
      this.bell = bell;
    }

    /** The next delivery, which is then leased; the last that this one gets. */
    Optional<PubsubDelivery> poll() {
      lock.lock();
      try {
        Optional<PubsubDelivery> next = waits ? lease() : Optional.empty();
        if (next.isPresent()) {
          stop();
        }
        return next;
      } finally {
        lock.unlock();
      }
    }

    /** What came for nobody else, to be returned. Nothing is pulled any more if nobody waits. */
    List<PubsubDelivery> leave() {
      Runnable cancel = () -> {};
      List<PubsubDelivery> returned;
      lock.lock();
      try {
        if (waits) {
          stop();
        }
        returned = surplus();
        if (waiting == 0 && !closed) {
          cancel = pulling;
          pulling = () -> {};
          withdrawn = true;
        }
      } finally {
        lock.unlock();
      }
      cancel.run();
      return returned;
    }

    @GuardedBy("lock")
    private void stop() {
      waits = false;
      waiting--;
      bells.remove(bell);
    }
  }

  /**
   * Begins to wait.
   *
   * @param bell run under the lock when there may be something
   */
  Waiter waiter(Runnable bell) {
    lock.lock();
    try {
      isClaimed = true;
      waiting++;
      bells.add(bell);
      demanded.signal();
      return new Waiter(bell);
    } finally {
      lock.unlock();
    }
  }

  /** Whether the last pull ended since nobody waited any more; asked once. */
  boolean wasWithdrawn() {
    lock.lock();
    try {
      boolean was = withdrawn;
      withdrawn = false;
      return was;
    } finally {
      lock.unlock();
    }
  }

  /** What nobody waits for and no batch explains, the youngest, taken away. */
  @GuardedBy("lock")
  private List<PubsubDelivery> surplus() {
    Deque<PubsubDelivery> surplus = new ArrayDeque<>();
    List<PubsubDelivery> free = ready.stream().filter(one -> one.key().isEmpty()).toList();
    int most = isClaimed ? waiting + batch - 1 : Integer.MAX_VALUE;
    for (int i = free.size() - 1; i >= most; i--) {
      ready.remove(free.get(i));
      surplus.addFirst(free.get(i));
    }
    return List.copyOf(surplus);
  }

  /** The oldest delivery that no lease of its key holds back; what is closed has none. */
  @GuardedBy("lock")
  private Optional<PubsubDelivery> lease() {
    for (PubsubDelivery one : ready) {
      if (one.key().isEmpty() || busyKeys.add(one.key())) {
        ready.remove(one);
        leased.add(one);
        users++;
        return Optional.of(one);
      }
    }
    return Optional.empty();
  }

  /** How many messages to pull, once somebody waits for one; 0 once this is closed. */
  int awaitDemand() {
    lock.lock();
    try {
      while (!closed && waiting <= ready()) {
        demanded.awaitUninterruptibly();
      }
      return closed ? 0 : Math.max(batch, waiting - ready());
    } finally {
      lock.unlock();
    }
  }

  /** For how many of those who wait there is something. */
  @GuardedBy("lock")
  private int ready() {
    Set<String> keys = new HashSet<>(busyKeys);
    int count = 0;
    for (PubsubDelivery one : ready) {
      if (one.key().isEmpty() || keys.add(one.key())) {
        count++;
      }
    }
    return count;
  }

  /** Waits, unless this is closed meanwhile. */
  void pause(Duration pause) {
    lock.lock();
    try {
      long left = pause.toNanos();
      while (!closed && left > 0) {
        left = demanded.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** What ends the pull that is under way; done at once if this is closed, or nobody waits. */
  void onClose(Runnable cancel) {
    lock.lock();
    try {
      withdrawn = isClaimed && waiting == 0;
      if (!closed && !withdrawn) {
        pulling = cancel;
        return;
      }
    } finally {
      lock.unlock();
    }
    cancel.run();
  }

  /** What is to be returned: all once this is closed, and what nobody waits for any more. */
  List<PubsubDelivery> add(List<PubsubDelivery> deliveries) {
    lock.lock();
    try {
      if (closed) {
        return deliveries;
      }
      ready.addAll(deliveries);
      List<PubsubDelivery> surplus = surplus();
      ring();
      return surplus;
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void ring() {
    arrived.signalAll();
    bells.forEach(Runnable::run);
  }

  /** What is to be extended now, and which of it for the last time. */
  record Due(List<PubsubDelivery> all, List<PubsubDelivery> last) {}

  /** Uses one extension of each delivery that has any left. */
  Due due() {
    lock.lock();
    try {
      List<PubsubDelivery> all = new ArrayList<>();
      List<PubsubDelivery> last = new ArrayList<>();
      for (Set<PubsubDelivery> some : List.of(ready, leased)) {
        for (PubsubDelivery one : some) {
          long left = one.useExtension();
          if (left >= 0) {
            all.add(one);
          }
          if (left == 0) {
            last.add(one);
          }
        }
      }
      return new Due(all, last);
    } finally {
      lock.unlock();
    }
  }

  /**
   * What the end of a lease led to.
   *
   * @param returned what is to be returned with it, itself included, in order
   */
  record Ended(List<PubsubDelivery> returned, boolean isLast) {}

  Ended end(PubsubDelivery delivery, PubsubLease.End end) {
    lock.lock();
    try {
      leased.remove(delivery);
      busyKeys.remove(delivery.key());
      List<PubsubDelivery> returned = new ArrayList<>();
      if (end == PubsubLease.End.RETURN) {
        returned.add(delivery);
        if (!delivery.key().isEmpty()) {
          ready.stream().filter(one -> one.key().equals(delivery.key())).forEach(returned::add);
          returned.forEach(ready::remove);
        }
      }
      arrived.signal();
      bells.forEach(Runnable::run);
      return new Ended(List.copyOf(returned), leave());
    } finally {
      lock.unlock();
    }
  }

  /** One user less; says whether it was the last one, of a shelf that is closed. */
  boolean leave() {
    lock.lock();
    try {
      users--;
      return users == 0;
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Wakes all who wait. What is to be returned is returned by the first call only. */
  List<PubsubDelivery> close() {
    Runnable cancel;
    List<PubsubDelivery> left;
    lock.lock();
    try {
      closed = true;
      cancel = pulling;
      pulling = () -> {};
      left = List.copyOf(ready);
      ready.clear();
      ring();
      demanded.signalAll();
    } finally {
      lock.unlock();
    }
    cancel.run();
    return left;
  }
}
