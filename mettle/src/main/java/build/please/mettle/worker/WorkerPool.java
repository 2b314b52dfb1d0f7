// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.mettle.queue.Subscription;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slots of one worker process, each with a thread of its own, and what they share. Safe for
 * concurrent use.
 */
public final class WorkerPool implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WorkerPool.class);
  private static final Duration KILL_PATIENCE = Duration.ofSeconds(2);

  /**
   * How it works.
   *
   * @param slots how many actions may run at the same time
   * @param name of this worker, for those who hear of its runs
   * @param maxAttempts how many workers may vanish over an action
   */
  public record Config(int slots, String name, int maxAttempts) {
    /** What {@code --max_attempts} says unless given. */
    public static final int DEFAULT_ATTEMPTS = 5;
  }

  private final Subscription requests;
  private final Stop stop = new Stop();
  private final CountDownLatch running;

  private WorkerPool(int slots, Subscription requests) {
    this.requests = requests;
    running = new CountDownLatch(slots);
  }

  /**
   * Starts the slots, which take requests at once.
   *
   * @param workshop runs them; stays the caller's, to be closed after the pool
   * @param gate shut while no work is to be taken
   */
  public static WorkerPool start(Config config, Workshop workshop, WorkerLinks links, Gate gate) {
    int slots = config.slots();
    WorkerPool pool = new WorkerPool(slots, links.requests());
    Announcer announcer = new Announcer(links.responses(), config.name(), workshop);
    Attempts attempts = new Attempts(workshop.journal(), links.hearsay(), config.maxAttempts());
    for (int slot = 1; slot <= slots; slot++) {
      Worker worker = new Worker(links, announcer, workshop, attempts, gate, pool.stop);
      daemon(() -> pool.serve(worker), "slot-" + slot).start();
    }
    return pool;
  }

  /**
   * Takes no more messages, and waits until those at work are done.
   *
   * @return whether they are; if not, they go on until {@link #close}
   */
  public boolean drain(Duration timeout) {
    closeRequests();
    return await(timeout);
  }

  /**
   * Ends at once: kills what runs, whose messages go back to the queue, and waits a moment for it.
   * Safe to call twice, and while another thread drains.
   */
  @Override
  public void close() {
    stop.raise();
    closeRequests();
    if (!await(KILL_PATIENCE)) {
      log.warn("{} slots are still busy", running.getCount());
    }
  }

  private void serve(Worker worker) {
    try {
      worker.run();
    } finally {
      running.countDown();
    }
  }

  private void closeRequests() {
    try {
      requests.close();
    } catch (IOException e) {
      log.warn("cannot close the subscription", e);
    }
  }

  private boolean await(Duration timeout) {
    try {
      return running.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return running.getCount() == 0;
    }
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
