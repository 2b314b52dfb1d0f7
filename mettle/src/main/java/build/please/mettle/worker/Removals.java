// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes directories in the background. Whoever finds many waiting removes his own, so that the
 * disk fills no faster than it is emptied. Safe for concurrent use.
 */
final class Removals {
  private static final Logger log = LoggerFactory.getLogger(Removals.class);
  private static final int THREADS = 2;
  private static final int BACKLOG = 256;

  /** How a directory and all below it is removed. */
  interface Remover {
    void remove(Path directory) throws IOException;
  }

  private final ThreadPoolExecutor executor;
  private final Remover remover;

  Removals() {
    this(THREADS, BACKLOG, TreeRemoval::remove);
  }

  /**
   * @param backlog how many directories may wait
   */
  Removals(int threads, int backlog, Remover remover) {
    this.remover = remover;
    AtomicInteger count = new AtomicInteger();
    executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(backlog),
            task -> {
              Thread thread = new Thread(task, "removal-" + count.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            },
            new ThreadPoolExecutor.CallerRunsPolicy());
  }

  /** Never throws. What cannot be removed stays, with a warning, until the next start. */
  void remove(Path directory) {
    remove(directory, () -> {});
  }

  /**
   * Likewise.
   *
   * @param then run in any case once the directory is gone, or cannot be removed
   */
  void remove(Path directory, Runnable then) {
    executor.execute(
        () -> {
          try {
            remover.remove(directory);
          } catch (IOException | RuntimeException e) {
            log.warn("cannot remove {}, which stays until the next start", directory, e);
          } finally {
            then.run();
          }
        });
  }

  /** Waits that long for what is under way; the rest stays. Takes nothing from then on. */
  void close(Duration patience) {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        log.info("what is not removed yet stays until the next start");
        executor.getQueue().clear();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
