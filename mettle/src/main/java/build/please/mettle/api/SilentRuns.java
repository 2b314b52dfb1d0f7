// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.cas.ActionCache;
import build.please.common.cas.Digest;
import build.please.common.cas.MalformedException;
import build.please.common.rpc.FanOut;
import build.please.mettle.meter.ApiMeters;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.ExecutedActionMetadata;
import com.google.protobuf.Timestamp;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for the results of runs that clients wait for and that nothing was heard of for a while:
 * the response may be lost, as when the subscription to them was deleted, and the action cache have
 * the result all the same. Ends such runs for those who wait.
 */
public final class SilentRuns implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SilentRuns.class);

  /** Runs that are looked for each time, those that should have been heard of first. */
  private static final int MOST = 2_000;

  /** How far the clocks of workers may be behind ours. */
  private static final Duration CLOCKS = Duration.ofMinutes(1);

  private final Operations operations;
  private final ActionCache results;
  private final Duration quiet;
  private final FanOut lookups;
  private final ApiMeters meters;
  private final AtomicBoolean looking = new AtomicBoolean();
  private final Future<?> looks;

  private SilentRuns(
      Operations operations,
      ActionCache results,
      Duration quiet,
      ScheduledExecutorService timer,
      Executor pool,
      ApiMeters meters) {
    this.operations = operations;
    this.results = results;
    this.quiet = quiet;
    this.lookups = new FanOut(pool);
    this.meters = meters;
    long period = Math.max(1, quiet.toNanos() / 2);
    this.looks = timer.scheduleWithFixedDelay(this::begin, period, period, TimeUnit.NANOSECONDS);
  }

  /**
   * Begins to look now and then, until this is closed.
   *
   * @param quiet for how long nothing was heard of a run, nor was it looked for
   * @param timer stays the caller's
   * @param pool asks the action cache; stays the caller's
   */
  public static SilentRuns watch(
      Operations operations,
      ActionCache results,
      Duration quiet,
      ScheduledExecutorService timer,
      Executor pool,
      ApiMeters meters) {
    return new SilentRuns(operations, results, quiet, timer, pool, meters);
  }

  private void begin() {
    if (!looking.compareAndSet(false, true)) {
      return; // The last look still goes on.
    }
    List<SilentRun> silent = operations.known().silent(quiet, MOST);
    if (silent.isEmpty()) {
      looking.set(false);
      return;
    }
    // On a thread of its own, since the pool does the pieces.
    Thread looker = new Thread(() -> look(silent), "silent-runs");
    looker.setDaemon(true);
    looker.start();
  }

  private void look(List<SilentRun> silent) {
    try {
      lookups.map(
          silent,
          run -> {
            look(run);
            return run;
          });
    } catch (IOException | RejectedExecutionException e) {
      log.warn("cannot look for results of which nothing was heard: {}", e.getMessage());
    } catch (RuntimeException e) {
      log.error("a bug: cannot look for results of which nothing was heard", e);
    } finally {
      looking.set(false);
    }
  }

  private void look(SilentRun run) throws IOException {
    Digest action;
    try {
      action = Digest.parse(run.message().request().getActionDigest());
    } catch (MalformedException foreign) {
      return;
    }
    ActionResult result = results.find(action).orElse(null);
    if (result == null || !isOf(run, result.getExecutionMetadata())) {
      return;
    }
    if (operations.apply(News.stored(run.message(), result))) {
      meters.foundUnheard();
      log.warn("{}: has ended, and nobody said so here", run.message().operation());
    }
  }

  /** Whether it came of this run, or at least after it was requested. */
  private static boolean isOf(SilentRun run, ExecutedActionMetadata execution) {
    Instant queuedAt = run.message().queuedAt();
    if (instant(execution.getQueuedTimestamp()).equals(queuedAt)) {
      return true;
    }
    return !run.fresh()
        && instant(execution.getWorkerCompletedTimestamp()).isAfter(queuedAt.minus(CLOCKS));
  }

  private static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  @Override
  public void close() {
    looks.cancel(false);
  }
}
