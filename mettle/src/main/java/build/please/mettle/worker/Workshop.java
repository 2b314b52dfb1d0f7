// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.Cas;
import build.please.common.rpc.FanOut;
import build.please.mettle.meter.WorkerMeters;
import build.please.mettle.queue.ExecuteMessage;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecuteResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where actions are run on this machine: the runner, with all policies around a run, and what its
 * runs share. Safe for concurrent use.
 */
public final class Workshop implements ActionRunner, AutoCloseable {
  private static final int TRANSFER_THREADS = 16;

  /** Below the directory that actions run in. */
  private static final String JOURNAL = "mettle_attempts";

  /** How long a removal may keep us from the end; what is left then goes at the next start. */
  private static final Duration REMOVAL_PATIENCE = Duration.ofSeconds(2);

  private final Machine machine;
  private final ExecutorService transfers;
  private final WorkerMeters meters;
  private final Surroundings surroundings;
  private final ActionRunner runner;
  private final LocalActionRunner local;
  private final ActionRunner uncached;
  private final AttemptJournal journal;

  private Workshop(
      WorkerConfig config,
      Machine machine,
      Cas cas,
      WorkerMeters meters,
      Surroundings surroundings,
      AttemptJournal journal,
      Clock clock) {
    this.machine = machine;
    this.journal = journal;
    this.meters = meters;
    this.surroundings = surroundings;
    AtomicInteger count = new AtomicInteger();
    transfers =
        Executors.newFixedThreadPool(
            TRANSFER_THREADS, task -> daemon(task, "transfer-" + count.incrementAndGet()));
    ActionReader actions = new ActionReader(cas.blobs());
    local =
        new LocalActionRunner(
            cas.blobs(),
            actions,
            new FanOut(surroundings.traces().carrying(transfers)),
            machine,
            config,
            clock);
    runner =
        new AttendedActionRunner(
            new MeteredActionRunner(
                new FailSafeActionRunner(
                    new CachingActionRunner(
                        new SlottedActionRunner(local, actions, surroundings.slots()),
                        actions,
                        cas.actions()),
                    config.name(),
                    clock),
                meters),
            surroundings.attendance(),
            meters);
    uncached = new FailSafeActionRunner(local, config.name(), clock);
  }

  /**
   * Makes one ready for work. What dead workers left in its directory is removed.
   *
   * @param cas where inputs come from and results go; stays the caller's
   * @throws IOException if actions cannot run as the configuration says
   */
  public static Workshop open(WorkerConfig config, Cas cas, WorkerMeters meters, Clock clock)
      throws IOException {
    return open(config, cas, meters, Surroundings.NONE, clock);
  }

  /** As {@link #open(WorkerConfig, Cas, WorkerMeters, Clock)}, within these surroundings. */
  public static Workshop open(
      WorkerConfig config, Cas cas, WorkerMeters meters, Surroundings surroundings, Clock clock)
      throws IOException {
    Machine machine = Machine.open(config, meters);
    try {
      SandboxProbe.check(config, machine);
      AttemptJournal journal =
          AttemptJournal.open(config.directory().resolve(JOURNAL), config.name(), clock.instant());
      return new Workshop(config, machine, cas, meters, surroundings, journal, clock);
    } catch (IOException e) {
      machine.close(REMOVAL_PATIENCE);
      throw e;
    }
  }

  @Override
  public ExecuteResponse run(ExecuteMessage message, Progress progress, Stop stop) {
    return runner.run(message, progress, stop);
  }

  /** As {@link #run}, with an action cache that is neither asked nor changed, and no progress. */
  public ExecuteResponse tryOut(ExecuteMessage message, Stop stop) {
    return uncached.run(message, soFar -> {}, stop);
  }

  /** What is told of runs. */
  Accounts accounts() {
    return new Accounts(meters, surroundings.traces());
  }

  /**
   * Stages an action to be run by hand, and says how. What is staged stays.
   *
   * @param place for its input root and what it prints; made, and must not exist
   * @return lines for a shell
   * @throws IOException if it cannot be staged; something may be left at {@code place}
   */
  public String rehearse(ExecuteRequest request, Path place) throws IOException {
    return ShellScript.of(local.rehearse(request, place));
  }

  WorkerMeters meters() {
    return meters;
  }

  AttemptJournal journal() {
    return journal;
  }

  Timer timer() {
    return machine.timer();
  }

  /** For what may block, such as moving bytes. */
  ExecutorService transfers() {
    return transfers;
  }

  /** To be called when nothing runs any more. */
  @Override
  public void close() {
    transfers.shutdown();
    journal.close();
    machine.close(REMOVAL_PATIENCE);
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
