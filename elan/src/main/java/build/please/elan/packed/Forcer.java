// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Waits until records are on disk. Who comes while a force is under way shares the next one with
 * all others who do. Safe for concurrent use.
 */
final class Forcer {
  /** Forces what has been appended. */
  interface Appended {
    /** Where the log ends now. */
    long end();

    /** Forces all between two locations. */
    void force(long from, long to) throws IOException;

    /** What follows goes to a new segment, since nobody knows what of this one is on disk. */
    void abandon() throws IOException;
  }

  private final Appended log;

  // Held while a force is under way: to wait for it is what the others are here for.
  private final ReentrantLock turn = new ReentrantLock();

  private volatile long forced;

  // Written before what is forced, so that who sees that has seen this.
  private volatile Lost lost = new Lost(Long.MAX_VALUE, Long.MIN_VALUE);

  /** Between these a force has failed, and what the kernel says later is worth nothing. */
  private record Lost(long from, long to) {
    boolean holds(long location) {
      return location >= from && location < to;
    }

    Lost and(long otherFrom, long otherTo) {
      return new Lost(Math.min(from, otherFrom), Math.max(to, otherTo));
    }
  }

  /**
   * @param start before which everything is on disk, or as safe as it will be
   */
  Forcer(Appended log, long start) {
    this.log = log;
    this.forced = start;
  }

  /** Whether a record that begins there is on disk. */
  boolean isForced(long location) {
    return location < forced && !lost.holds(location);
  }

  /**
   * Blocks until a record that begins there is on disk.
   *
   * @throws IOException if it is not known to be
   */
  void await(long location) throws IOException {
    if (isForced(location)) {
      return;
    }
    turn.lock();
    try {
      if (location >= forced) {
        lead();
      }
      check(location);
    } finally {
      turn.unlock();
    }
  }

  /** As {@link #await}, by a force of its own. */
  void force(long location) throws IOException {
    turn.lock();
    try {
      if (location >= forced) {
        lead();
      } else {
        log.force(location, location + 1);
      }
      check(location);
    } finally {
      turn.unlock();
    }
  }

  @GuardedBy("turn")
  private void lead() throws IOException {
    long end = log.end();
    try {
      log.force(forced, end);
    } catch (IOException e) {
      lost = lost.and(forced, end);
      log.abandon();
      throw e;
    } finally {
      forced = Math.max(forced, end);
    }
  }

  private void check(long location) throws IOException {
    if (lost.holds(location)) {
      throw new IOException("what was written could not be forced to disk");
    }
  }
}
