// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** One subscription of a {@link MemoryQueue}, whose lock guards it. */
final class MemorySubscription implements Claimable {
  private final MemoryQueue queue;
  private final ReentrantLock lock;
  private final Condition changed;

  /** What may be handed out, oldest first; of each key one message at most. */
  @GuardedBy("lock")
  private final Queue<Entry> ready = new PriorityQueue<>(Comparator.comparingLong(e -> e.place));

  /** For each key that has a message ready or leased, the younger ones. */
  @GuardedBy("lock")
  private final Map<String, Queue<Entry>> behind = new HashMap<>();

  /** The open ones. Of them as many were told to poll as there are messages ready, or all. */
  @GuardedBy("lock")
  private final List<MemoryClaim> claims = new ArrayList<>();

  @GuardedBy("lock")
  private int unacknowledged;

  @GuardedBy("lock")
  private boolean closed;

  MemorySubscription(MemoryQueue queue, ReentrantLock lock) {
    this.queue = queue;
    this.lock = lock;
    this.changed = lock.newCondition();
  }

  /** How many messages are ready, waiting behind others, or leased. */
  int unacknowledged() {
    lock.lock();
    try {
      return unacknowledged;
    } finally {
      lock.unlock();
    }
  }

  void add(Message message, long place) {
    lock.lock();
    try {
      unacknowledged++;
      Entry entry = new Entry(message, place);
      if (!message.key().isEmpty()) {
        Queue<Entry> younger = behind.get(message.key());
        if (younger != null) {
          younger.add(entry);
          return;
        }
        behind.put(message.key(), new ArrayDeque<>(1));
      }
      makeReady(entry);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<Lease> take() {
    lock.lock();
    try {
      while (ready.isEmpty() && !closed) {
        changed.awaitUninterruptibly();
      }
      return lease();
    } finally {
      lock.unlock();
    }
  }

  /** What is ready first, unless this is closed. */
  @GuardedBy("lock")
  private Optional<Lease> lease() {
    Entry entry = closed ? null : ready.poll();
    if (entry == null) {
      return Optional.empty();
    }
    entry.attempts++;
    return Optional.of(new MemoryLease(entry, entry.attempts));
  }

  @Override
  public Claim claim(Runnable onArrival) {
    lock.lock();
    try {
      MemoryClaim claim = new MemoryClaim(onArrival);
      claims.add(claim);
      return claim;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      queue.remove(this);
      changed.signalAll();
      claims.forEach(MemoryClaim::tell);
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void makeReady(Entry entry) {
    ready.add(entry);
    changed.signal();
    tellOne();
  }

  /**
   * Wakes one who does not know yet that there is something, since all but one would wake in vain.
   */
  @GuardedBy("lock")
  private void tellOne() {
    for (MemoryClaim claim : claims) {
      if (!claim.told && !claim.met) {
        claim.tell();
        return;
      }
    }
  }

  private void acknowledge(Entry entry) {
    lock.lock();
    try {
      unacknowledged--;
      Queue<Entry> younger = behind.get(entry.message.key());
      if (younger == null) {
        return;
      }
      Entry next = younger.poll();
      if (next == null) {
        behind.remove(entry.message.key());
      } else {
        makeReady(next);
      }
    } finally {
      lock.unlock();
    }
  }

  private void giveBack(Entry entry) {
    lock.lock();
    try {
      makeReady(entry);
    } finally {
      lock.unlock();
    }
  }

  /** A message and its place among all that were published. */
  private static final class Entry {
    final Message message;
    final long place;
    int attempts;

    Entry(Message message, long place) {
      this.message = message;
      this.place = place;
    }
  }

  private final class MemoryClaim implements Claim {
    private final Runnable onArrival;

    // The subscription's lock guards both.
    private boolean met;

    /** Whether it was told to poll, and has not done so in vain since. */
    private boolean told;

    MemoryClaim(Runnable onArrival) {
      this.onArrival = onArrival;
    }

    @Override
    public Optional<Lease> poll() {
      lock.lock();
      try {
        Optional<Lease> next = met ? Optional.empty() : lease();
        met |= next.isPresent();
        told &= next.isPresent();
        return next;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      lock.lock();
      try {
        claims.remove(this);
        if (told && !met && !ready.isEmpty()) {
          tellOne();
        }
      } finally {
        lock.unlock();
      }
    }

    private void tell() {
      told = true;
      onArrival.run();
    }
  }

  private final class MemoryLease implements Lease {
    private final Entry entry;
    private final int attempt;
    private boolean over;

    MemoryLease(Entry entry, int attempt) {
      this.entry = entry;
      this.attempt = attempt;
    }

    @Override
    public Message message() {
      return entry.message;
    }

    @Override
    public String id() {
      return Long.toString(entry.place);
    }

    @Override
    public int attempt() {
      return attempt;
    }

    @Override
    public void ack() {
      if (end()) {
        acknowledge(entry);
      }
    }

    @Override
    public void close() {
      if (end()) {
        giveBack(entry);
      }
    }

    private synchronized boolean end() {
      boolean first = !over;
      over = true;
      return first;
    }
  }
}
