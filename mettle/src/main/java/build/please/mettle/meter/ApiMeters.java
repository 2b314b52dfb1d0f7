// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.meter;

import build.please.metrics.Metrics;
import build.please.proto.execution.ExecuteResponse;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * What an API server counts, under the reference's names (compat.md 2.4). Safe for concurrent use.
 */
public final class ApiMeters {
  private static final String POOL = "pool";

  private final Map<String, Counter> attempts = new ConcurrentHashMap<>();
  private final Counter requests;
  private final Counter cached;
  private final Counter successful;
  private final Counter failed;
  private final Counter receiveFailures;
  private final Counter unheard;
  private final LongAdder unknownOperations;
  private final LongAdder requestFailures;
  private final Seconds actions;
  private final Seconds publications;
  private final Seconds deletions;
  private volatile LongSupplier current = () -> 0;
  private final MeterRegistry registry;
  private volatile BooleanSupplier deaf = () -> false;

  ApiMeters(Metrics metrics) {
    registry = metrics.registry();
    requests = counter(registry, "mettle.requests", "Calls of Execute.");
    cached = counter(registry, "mettle.cached", "Calls of Execute that the action cache answered.");
    successful =
        counter(registry, "mettle.successful.actions", "Runs that ended well, with exit code 0.");
    failed = counter(registry, "mettle.failed.actions", "Runs that ended otherwise.");
    receiveFailures =
        counter(registry, "mettle.failed.pub.sub", "Failures to receive news of runs.");
    unknownOperations =
        metrics.plainCounter(
            "mettle_no_execution_in_progress",
            "Calls of WaitExecution for what is not known here.");
    unheard =
        counter(
            registry,
            "mettle.unheard.actions",
            "Runs whose results were found in the action cache before anything was heard of them.");
    requestFailures =
        metrics.plainCounter(
            "mettle_request_publish_failures", "Runs that could not be requested.");
    actions =
        new Seconds(
            registry,
            "mettle.time.to.complete.action.secs",
            "From the request for a run to its end.",
            Seconds.ACTION);
    publications =
        new Seconds(
            registry,
            "mettle.publish.durations",
            "Seconds that it took to request a run.",
            Seconds.STANDARD);
    deletions =
        new Seconds(
            registry,
            "mettle.delete.jobs.durations",
            "Seconds that it took to forget what was to be forgotten.",
            Seconds.STANDARD);
    Gauge.builder("mettle.responses.missing", () -> deaf.getAsBoolean() ? 1 : 0)
        .description("Whether the subscription to responses is gone.")
        .register(registry);
    Gauge.builder("mettle.requests.current", () -> current.getAsLong())
        .description("Runs that are requested and not ended.")
        .register(registry);
  }

  /**
   * From now on these tell of the runs that wait for a worker. To be called once.
   *
   * @param pools their names; an empty one for what has no pool that is known
   * @param depth how many there are, by pool
   * @param oldest the age of the oldest in seconds, by pool
   */
  public void watchQueue(
      Collection<String> pools, ToLongFunction<String> depth, ToDoubleFunction<String> oldest) {
    for (String pool : pools) {
      Gauge.builder("mettle.queue.depth", () -> depth.applyAsLong(pool))
          .tag(POOL, pool)
          .description("Runs that wait for a worker, as far as this server knows.")
          .register(registry);
      Gauge.builder("mettle.queue.oldest.seconds", () -> oldest.applyAsDouble(pool))
          .tag(POOL, pool)
          .description("For how long the oldest of them has waited.")
          .register(registry);
      attempts.put(pool, attempts(pool));
    }
  }

  private Counter attempts(String pool) {
    return Counter.builder("mettle.attempts")
        .tag(POOL, pool)
        .description("Runs whose worker vanished, so that another began anew.")
        .register(registry);
  }

  /** A worker began what another had begun and not ended; a pool that was not told is none. */
  public void begunAgain(String pool) {
    Counter counter = attempts.get(attempts.containsKey(pool) ? pool : "");
    if (counter != null) {
      counter.increment();
    }
  }

  /** From now on this tells whether the subscription to responses is gone. */
  public void watchResponses(BooleanSupplier gone) {
    deaf = gone;
  }

  /** The result of a run was found of which no response told. */
  public void foundUnheard() {
    unheard.increment();
  }

  /** From now on this tells how many runs there are that are requested and not ended. */
  public void watch(LongSupplier unfinished) {
    current = unfinished;
  }

  /** Execute was called. */
  public void requested() {
    requests.increment();
  }

  /** Execute was answered by the action cache. */
  public void answeredFromCache() {
    cached.increment();
  }

  /** A run was requested of the workers. */
  public void published(Duration taken) {
    publications.record(taken);
  }

  /** A run could not be requested of the workers. */
  public void publishFailed() {
    requestFailures.increment();
  }

  /** The queue of responses failed. */
  public void receiveFailed() {
    receiveFailures.increment();
  }

  /** A client waited for what is not known here. */
  public void unknownOperation() {
    unknownOperations.increment();
  }

  /**
   * A run is over.
   *
   * @param taken since it was requested
   */
  public void completed(ExecuteResponse response, Duration taken) {
    boolean well = response.getStatus().getCode() == 0 && response.getResult().getExitCode() == 0;
    (well ? successful : failed).increment();
    actions.record(taken);
  }

  /** What was to be forgotten is. */
  public void forgot(Duration taken) {
    deletions.record(taken);
  }

  private static Counter counter(MeterRegistry registry, String name, String description) {
    return Counter.builder(name).description(description).register(registry);
  }
}
