// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A topic and its subscriptions in this process's memory ({@code mem://}). Safe for concurrent use.
 *
 * <p>Every subscription gets every message that is published while it is open; those who take from
 * one subscription share its messages. Messages come in the order of their publication, and one
 * that was returned comes back at its old place, before all younger ones. While a message with a
 * key is leased, younger ones with the same key wait.
 *
 * <p>A lease has no deadline: whoever holds one shares the process with the queue and cannot vanish
 * alone. What is unacknowledged when the process ends, or when its subscription is closed, is lost.
 */
public final class MemoryQueue implements Topic {
  private final int capacity;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Set<MemorySubscription> subscriptions = new LinkedHashSet<>();

  @GuardedBy("lock")
  private long published;

  @GuardedBy("lock")
  private boolean closed;

  /**
   * @param capacity how many unacknowledged messages a subscription holds at most, leased ones
   *     included
   */
  public MemoryQueue(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity " + capacity + " holds no message");
    }
    this.capacity = capacity;
  }

  /** A new subscription, for the messages that are published from now on. */
  public Claimable subscribe() {
    lock.lock();
    try {
      MemorySubscription subscription = new MemorySubscription(this, lock);
      subscriptions.add(subscription);
      return subscription;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Gives the message to every subscription, or to none. Never blocks. Without a subscription the
   * message is gone.
   *
   * @throws QueueFullException if a subscription is full; none got the message
   * @throws IOException if the topic is closed
   */
  @Override
  public void publish(Message message) throws IOException {
    lock.lock();
    try {
      if (closed) {
        throw new IOException("the topic is closed");
      }
      for (MemorySubscription subscription : subscriptions) {
        if (subscription.unacknowledged() >= capacity) {
          throw new QueueFullException("the queue holds " + capacity + " messages and is full");
        }
      }
      long place = published++;
      subscriptions.forEach(subscription -> subscription.add(message, place));
    } finally {
      lock.unlock();
    }
  }

  /** Ends publishing. The subscriptions stay open, with what they hold. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }

  void remove(MemorySubscription subscription) {
    lock.lock();
    try {
      subscriptions.remove(subscription);
    } finally {
      lock.unlock();
    }
  }
}
