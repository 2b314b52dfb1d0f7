// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A method of which some calls are quick, as long as they prove so. Safe for concurrent use. */
final class QuickMethod {
  private static final Logger log = LoggerFactory.getLogger(QuickMethod.class);

  /** Nanoseconds on the loop that are too many, if calls take them on average. */
  static final long LONG = TimeUnit.MILLISECONDS.toNanos(1);

  /**
   * Calls that the average is of, about. A thread that waits for a core, or for the garbage
   * collector, looks like one that waits for a disk, but does not do so again and again.
   */
  private static final int LATELY = 64;

  /** Nanoseconds for which calls go elsewhere after such ones. */
  static final long PAUSE = TimeUnit.SECONDS.toNanos(1);

  private final String name;
  private final Predicate<Object> isQuick;
  private final LongSupplier nanoTime;
  // Of what calls took lately. Threads may overwrite each other's; it is a hint.
  private volatile long usual;
  private volatile long quickFrom;

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  QuickMethod(String name, Predicate<Object> isQuick, LongSupplier nanoTime) {
    this.name = name;
    this.isQuick = isQuick;
    this.nanoTime = nanoTime;
    this.quickFrom = nanoTime.getAsLong();
  }

  /** Whether a call may begin on the loop now. */
  boolean mayBegin() {
    return nanoTime.getAsLong() - quickFrom >= 0;
  }

  /** Whether a call with this first message is quick. What is no message is answered at once. */
  boolean isQuick(Object message) {
    return message instanceof StatusRuntimeException || isQuick.test(message);
  }

  /** Runs something on the loop, and notes how long that took. */
  void run(Runnable task) {
    long start = nanoTime.getAsLong();
    try {
      task.run();
    } finally {
      long end = nanoTime.getAsLong();
      long now = usual + (end - start - usual) / LATELY;
      if (now > LONG) {
        log.debug("{} is slow; for a while it is not handled on the event loop", name);
        quickFrom = end + PAUSE;
        now = LONG / 2;
      }
      usual = now;
    }
  }
}
