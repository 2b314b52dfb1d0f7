// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cas.Cas;
import build.please.mettle.fitness.Fitness;
import build.please.mettle.fitness.FitnessConfig;
import build.please.mettle.meter.WorkerMeters;
import build.please.mettle.worker.Preflight;
import build.please.mettle.worker.Surroundings;
import build.please.mettle.worker.WorkerConfig;
import build.please.mettle.worker.WorkerLinks;
import build.please.mettle.worker.WorkerPool;
import build.please.mettle.worker.Workshop;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The side of a server that runs actions, whoever asks for them. */
final class WorkerSide implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WorkerSide.class);

  /** Whose action is the first to run; ours shows whether this worker works. */
  enum FirstAction {
    OURS,
    A_CLIENTS
  }

  /**
   * What the flags say.
   *
   * @param slots how many actions run at once
   * @param maxAttempts how many workers may vanish over an action
   */
  record Settings(
      int slots,
      int maxAttempts,
      WorkerConfig worker,
      FitnessConfig fitness,
      FirstAction firstAction) {}

  private final Opened opened;
  private final Fitness fitness;
  private final WorkerPool workers;

  private WorkerSide(Opened opened, Fitness fitness, WorkerPool workers) {
    this.opened = opened;
    this.fitness = fitness;
    this.workers = workers;
  }

  /**
   * Begins to take requests.
   *
   * @param storage where inputs come from and results go; stays the caller's
   * @throws IOException if actions cannot run as the settings say; nothing is left open
   */
  static WorkerSide start(
      Settings settings,
      ServerStorage storage,
      WorkerLinks links,
      Surroundings surroundings,
      WorkerMeters meters,
      Clock clock)
      throws IOException {
    return Opened.all(
        opened -> {
          WorkerConfig worker = settings.worker();
          Cas cas = storage.cas();
          opened.add(links.requests());
          Workshop workshop = opened.add(Workshop.open(worker, cas, meters, surroundings, clock));
          if (settings.firstAction() == FirstAction.OURS) {
            Preflight.run(workshop, cas.blobs());
          }
          Fitness fitness =
              opened.add(
                  Fitness.watch(
                      settings.fitness().checks(worker.directory(), cas.blobs(), storage::isFit)));
          WorkerPool workers =
              opened.add(
                  WorkerPool.start(
                      new WorkerPool.Config(
                          settings.slots(), worker.name(), settings.maxAttempts()),
                      workshop,
                      links,
                      fitness));
          meters.watch(fitness.subjects(), () -> fitness.faults().keySet());
          return new WorkerSide(opened, fitness, workers);
        });
  }

  /** Whether it can take work. Does not block. */
  boolean isFit() {
    return fitness.faults().isEmpty();
  }

  /** Takes no more requests, and lets running actions finish; what then still runs is ended. */
  void drain(Duration limit) {
    if (!workers.drain(limit)) {
      log.warn("actions still run after {} s; ending them", limit.toSeconds());
      workers.close();
    }
  }

  /** Ends running commands; their requests go back to the queue. */
  void kill() {
    workers.close();
  }

  @Override
  public void close() throws IOException {
    opened.close();
  }
}
