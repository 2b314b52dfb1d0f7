// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pools of named threads. Whoever makes one ends it, with {@link #close}.
 *
 * <p>The threads are daemons: main decides when the process ends, and a task that hangs cannot keep
 * it alive. What must be finished is waited for in {@link #close}.
 */
public final class Threads {
  private static final Logger log = LoggerFactory.getLogger(Threads.class);

  private Threads() {}

  /** At most {@code size} threads, {@code name-1} and so on, in front of an unbounded queue. */
  public static ExecutorService pool(String name, int size) {
    return Executors.newFixedThreadPool(size, factory(name));
  }

  /**
   * One thread for things that happen later and never block. A failed periodic task is logged by
   * whoever wrote it, or not at all: it ends without a trace.
   */
  public static ScheduledExecutorService timer(String name) {
    ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, factory(name));
    // Else what was cancelled stays in memory until it would have been due.
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    return timer;
  }

  /** Makes daemon threads {@code name-1} and so on that log what nobody caught. */
  public static ThreadFactory factory(String name) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      thread.setUncaughtExceptionHandler(
          (dead, failure) -> log.error("thread {} died of what nobody caught", dead, failure));
      return thread;
    };
  }

  /**
   * Lets the pool finish what it has and takes nothing new. Blocks until it is idle, at most for
   * {@code limit}; what still runs then goes on, for an interrupt would close the files that it
   * shares with others (J1). An interrupt of the caller ends the wait and stays set.
   *
   * @return how the wait ended
   */
  public static Drained close(ExecutorService pool, Duration limit) {
    pool.shutdown();
    try {
      if (pool.awaitTermination(limit.toNanos(), TimeUnit.NANOSECONDS)) {
        return Drained.ALL;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Drained.TASKS_LEFT;
  }

  /** Whether everything was finished in time. */
  public enum Drained {
    ALL,
    TASKS_LEFT
  }
}
