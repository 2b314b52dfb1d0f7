// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.Cas;
import build.please.common.rpc.FanOut;
import build.please.mettle.meter.WorkerMeters;
import build.please.mettle.queue.ExecuteMessage;
import build.please.proto.execution.ExecuteResponse;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where actions are run on this machine: the runner, with all policies around a run, and what its
 * runs share. Safe for concurrent use.
 */
public final class Workshop implements ActionRunner, AutoCloseable {
  private static final int TRANSFER_THREADS = 16;

  private final Timer timer = new Timer();
  private final ExecutorService transfers;
  private final WorkerMeters meters;
  private final ActionRunner runner;
  private final ActionRunner uncached;

  private Workshop(WorkerConfig config, Cas cas, WorkerMeters meters, Clock clock) {
    this.meters = meters;
    AtomicInteger count = new AtomicInteger();
    transfers =
        Executors.newFixedThreadPool(
            TRANSFER_THREADS, task -> daemon(task, "transfer-" + count.incrementAndGet()));
    Machine machine = new Machine(Kernels.choose(config.host().fileNames()), timer);
    ActionReader actions = new ActionReader(cas.blobs());
    ActionRunner local =
        new LocalActionRunner(cas.blobs(), actions, new FanOut(transfers), machine, config, clock);
    runner =
        new MeteredActionRunner(
            new FailSafeActionRunner(
                new CachingActionRunner(local, actions, cas.actions()), config.name(), clock),
            meters);
    uncached = new FailSafeActionRunner(local, config.name(), clock);
  }

  /**
   * Makes one ready for work.
   *
   * @param cas where inputs come from and results go; stays the caller's
   */
  public static Workshop open(WorkerConfig config, Cas cas, WorkerMeters meters, Clock clock) {
    return new Workshop(config, cas, meters, clock);
  }

  @Override
  public ExecuteResponse run(ExecuteMessage message, Progress progress, Stop stop) {
    return runner.run(message, progress, stop);
  }

  /** As {@link #run}, with an action cache that is neither asked nor changed, and no progress. */
  public ExecuteResponse tryOut(ExecuteMessage message, Stop stop) {
    return uncached.run(message, soFar -> {}, stop);
  }

  WorkerMeters meters() {
    return meters;
  }

  Timer timer() {
    return timer;
  }

  /** For what may block, such as moving bytes. */
  ExecutorService transfers() {
    return transfers;
  }

  /** To be called when nothing runs any more. */
  @Override
  public void close() {
    timer.close();
    transfers.shutdown();
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
