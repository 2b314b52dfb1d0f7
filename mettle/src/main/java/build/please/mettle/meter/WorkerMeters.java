// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.meter;

import build.please.metrics.Metrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * What a worker counts, under the reference's names (compat.md 2.4). Safe for concurrent use.
 *
 * <p>There is nothing of the reference's Redis, which this worker does not know.
 */
public final class WorkerMeters {
  private static final double NANOS = 1e9;
  private static final double MEGABYTE = 1e6;

  /** Names that come with requests; more than any fleet has. */
  private static final int MOST_POOLS = 100;

  private final AtomicInteger running = new AtomicInteger();
  private final Counter builds;
  private final Counter cacheHits;
  private final Counter cacheMisses;
  private final Counter notFound;
  private final Counter packs;
  private final Counter packBytes;
  private final Counter collectFailures;
  private final Counter handedBack;
  private final Counter givenUp;
  private final Map<String, Counter> abandoned = new ConcurrentHashMap<>();
  private final LongAdder timeouts;
  private final LongAdder responseFailures;
  private final Seconds runs;
  private final Seconds fetches;
  private final Seconds uploads;
  private final DistributionSummary memory;
  private final DistributionSummary cpu;
  private final MeterRegistry registry;

  /**
   * @param name of the worker
   * @param version of the worker, as its operator calls it
   */
  WorkerMeters(Metrics metrics, String name, String version) {
    registry = metrics.registry();
    builds = counter("mettle.builds", "Actions that were begun.");
    Gauge.builder("mettle.builds.current", running, AtomicInteger::get)
        .tag("mettle_instance", name)
        .description("Actions that are under way.")
        .register(registry);
    runs = seconds("mettle.build.durations.secs", "How long commands ran.");
    fetches = seconds("mettle.fetch.durations.secs", "How long inputs took.");
    uploads = seconds("mettle.upload.durations.secs", "How long outputs took.");
    memory =
        DistributionSummary.builder("mettle.peak.memory.usage.mb")
            .description("The most memory that a command used, where that is known.")
            .serviceLevelObjectives(50, 200, 500, 1000, 5000, 10_000)
            .register(registry);
    cpu =
        DistributionSummary.builder("mettle.cpu.usage.per.sec")
            .description("How many cores a command kept busy.")
            .serviceLevelObjectives(0.2, 0.5, 1, 2, 5)
            .register(registry);
    cacheHits = counter("mettle.cache.hits", "Inputs that were here already.");
    cacheMisses = counter("mettle.cache.misses", "Inputs that were not.");
    notFound =
        Counter.builder("mettle.blob.not.found.errors")
            .tag("version", version)
            .description("Actions whose inputs were not all stored.")
            .register(registry);
    packs = counter("mettle.packs.downloaded", "Packs that spared a tree of inputs.");
    packBytes = counter("mettle.pack.bytes.read", "Bytes of packs that were read.");
    collectFailures = counter("mettle.collect.output.errors", "Actions with outputs of no use.");
    abandoned("", 0);
    handedBack = counter("mettle.nacked.messages", "Messages that were left to others.");
    givenUp =
        counter("mettle.given.up.messages", "Requests that were given up, and copied if asked.");
    responseFailures =
        metrics.plainCounter(
            "mettle_response_publish_failures", "News of runs that could not be published.");
    timeouts = metrics.plainCounter("mettle_action_timeout", "Actions that ran out of time.");
  }

  /** From now on these tell what the worker is unfit for, of all that it looks at. */
  public void watch(Collection<String> subjects, Supplier<? extends Collection<String>> unfit) {
    for (String subject : subjects) {
      Gauge.builder("mettle.worker.unfit", () -> unfit.get().contains(subject) ? 1 : 0)
          .tag("subject", subject)
          .description("1 while this keeps the worker from taking work.")
          .register(registry);
    }
  }

  /** Whether this can be limited here for each action. To be told once. */
  public void limit(String name, boolean available) {
    Gauge.builder("mettle.action.limit.available", () -> available ? 1 : 0)
        .tag("limit", name)
        .description("Whether the use of this can be limited for each action.")
        .register(registry);
  }

  /** An action was begun. */
  public void begun() {
    builds.increment();
    running.incrementAndGet();
  }

  /** An action is over. */
  public void ended() {
    running.decrementAndGet();
  }

  /** Inputs of an action were brought into place. */
  public void fetched(Duration taken) {
    fetches.record(taken);
  }

  /** A command ran. */
  public void ran(Duration taken) {
    runs.record(taken);
  }

  /**
   * What a command used of the processors.
   *
   * @param used time of processors
   * @param taken time that went by; not zero
   */
  public void usedCpu(Duration used, Duration taken) {
    cpu.record(used.toNanos() / NANOS / (taken.toNanos() / NANOS));
  }

  /** The most that a command used of the memory. */
  public void usedMemory(long bytes) {
    memory.record(bytes / MEGABYTE);
  }

  /** Outputs of an action were stored. */
  public void uploaded(Duration taken) {
    uploads.record(taken);
  }

  /** Inputs were looked for on this machine. */
  public void lookedUp(int hits, int misses) {
    cacheHits.increment(hits);
    cacheMisses.increment(misses);
  }

  /** Not all that an action needs is stored. */
  public void inputsMissing() {
    notFound.increment();
  }

  /** A pack came in the place of many files. */
  public void packRead(long bytes) {
    packs.increment();
    packBytes.increment((double) bytes);
  }

  /** Outputs of an action are of no use. */
  public void collectFailed() {
    collectFailures.increment();
  }

  /** A message is left to others. */
  public void handedBack() {
    handedBack.increment();
  }

  /** A request is not tried again. */
  public void gaveUp() {
    givenUp.increment();
  }

  /**
   * An action was dropped, or ended while it ran, since nobody wanted it any more.
   *
   * @param pool whose workers take it; empty if that is not known
   */
  public void abandoned(String pool) {
    abandoned(abandoned.size() < MOST_POOLS ? pool : "", 1);
  }

  private void abandoned(String pool, int actions) {
    abandoned
        .computeIfAbsent(
            pool,
            name ->
                Counter.builder("mettle.abandoned.actions")
                    .tag("pool", name)
                    .description("Actions that were dropped or ended, unwanted.")
                    .register(registry))
        .increment(actions);
  }

  /** News of a run could not be published. */
  public void responseFailed() {
    responseFailures.increment();
  }

  /** A command ran out of time. */
  public void timedOut() {
    timeouts.increment();
  }

  private Counter counter(String name, String description) {
    return Counter.builder(name).description(description).register(registry);
  }

  private Seconds seconds(String name, String description) {
    return new Seconds(registry, name, description, Seconds.ACTION);
  }
}
