// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.mettle.control.Demand;
import build.please.mettle.queue.ExecuteOperation;
import build.please.mettle.queue.Lane;
import build.please.proto.fleet.Attempts;
import build.please.proto.mettle.Job;
import com.github.benmanes.caffeine.cache.Ticker;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.longrunning.Operation;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.ToIntFunction;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What this replica remembers of operations, to be looked at; {@link Operations} changes it.
 *
 * <p>Safe for concurrent use; no method blocks.
 */
public final class KnownOperations implements Demand {
  private final ConcurrentMap<String, Execution> byName = new ConcurrentHashMap<>();
  private final Clock clock;
  private final Ticker ticker;
  private volatile ToIntFunction<String> inHand = name -> 0;

  KnownOperations(Clock clock, Ticker ticker) {
    this.clock = clock;
    this.ticker = ticker;
  }

  /**
   * From now on this tells how many of the workers that are connected here have a run of an
   * operation in hand. It must not block.
   */
  public void watchHands(ToIntFunction<String> inHand) {
    this.inHand = inHand;
  }

  /** How many workers are known to have a run of the operation in hand. */
  int inHand(Execution execution) {
    return inHand.applyAsInt(execution.name());
  }

  /** Those that began a run and did not end it, but for as many, the last, as still have it. */
  @GuardedBy("execution")
  private List<String> vanished(Execution execution) {
    List<String> begun = execution.begunBy();
    return begun.subList(0, Math.max(0, begun.size() - inHand(execution)));
  }

  @GuardedBy("execution")
  private Operation withAttempts(Execution execution) {
    Instant queuedAt = execution.queuedAt();
    if (queuedAt.isBefore(Instant.EPOCH)) {
      return execution.operation();
    }
    Attempts.Builder attempts = Attempts.newBuilder().addAllWorkers(vanished(execution));
    attempts
        .getQueuedAtBuilder()
        .setSeconds(queuedAt.getEpochSecond())
        .setNanos(queuedAt.getNano());
    return ExecuteOperation.with(execution.operation(), attempts.build());
  }

  /** The operation of that name; null if there is none. */
  @Nullable Execution get(String name) {
    return byName.get(name);
  }

  /** The operation of that name, which nothing is known of if there was none. */
  Execution obtain(String name) {
    return byName.computeIfAbsent(name, unknown -> new Execution(unknown, ticker.read()));
  }

  void remove(Execution execution) {
    byName.remove(execution.name(), execution);
  }

  Collection<Execution> all() {
    return byName.values();
  }

  /** How many operations are remembered. */
  int size() {
    return byName.size();
  }

  /** The latest state of an operation, with who began its run and vanished. */
  Optional<Operation> find(String name) {
    Execution execution = byName.get(name);
    if (execution == null) {
      return Optional.empty();
    }
    synchronized (execution) {
      return execution.isForgotten() || !execution.isKnown()
          ? Optional.empty()
          : Optional.of(withAttempts(execution));
    }
  }

  /** The latest states of so many operations at most, by name, of those after the given one. */
  List<Operation> list(String after, int count) {
    return byName.keySet().stream()
        .filter(name -> name.compareTo(after) > 0)
        .sorted()
        .map(this::find)
        .flatMap(Optional::stream)
        .limit(count)
        .toList();
  }

  /** All that is known, for another replica; what has ended comes last. */
  Iterable<Job> jobs() {
    List<Execution> all = new ArrayList<>();
    List<Execution> ended = new ArrayList<>();
    for (Execution execution : byName.values()) {
      synchronized (execution) {
        (execution.isFinished() ? ended : all).add(execution);
      }
    }
    all.addAll(ended);
    return () -> all.stream().map(KnownOperations::job).flatMap(Optional::stream).iterator();
  }

  private static Optional<Job> job(Execution execution) {
    synchronized (execution) {
      if (!execution.isKnown()) {
        return Optional.empty();
      }
      long seconds = Math.max(0, execution.queuedAt().getEpochSecond());
      return Optional.of(
          Job.newBuilder()
              .setID(execution.name())
              .setCurrent(execution.operation().toByteString())
              .setSentFirst(true)
              .setDone(execution.isFinished())
              .setLastUpdate(seconds)
              .setStartTime(seconds)
              .build());
    }
  }

  /**
   * So many at most of the runs that somebody waits for and that nothing was heard of for so long,
   * nor were they among these: first those that a worker has, of which it should have been heard.
   */
  List<SilentRun> silent(Duration quiet, int most) {
    long before = ticker.read() - quiet.toNanos();
    List<SilentRun> running = new ArrayList<>();
    List<SilentRun> queued = new ArrayList<>();
    for (Execution execution : byName.values()) {
      synchronized (execution) {
        List<SilentRun> kind = execution.isQueued() ? queued : running;
        if (kind.size() < most && execution.isSilent(before)) {
          kind.add(execution.lookedFor(ticker.read()));
        }
      }
      if (running.size() == most) {
        return running;
      }
    }
    running.addAll(queued.subList(0, Math.min(queued.size(), most - running.size())));
    return running;
  }

  @Override
  public Optional<Duration> unwatchedFor(String name) {
    Execution execution = byName.get(name);
    if (execution == null) {
      return Optional.empty();
    }
    synchronized (execution) {
      return Optional.of(
          execution.isWatched()
              ? Duration.ZERO
              : Duration.ofNanos(ticker.read() - execution.unwatchedSince()));
    }
  }

  @Override
  public boolean isCancelled(String name) {
    Execution execution = byName.get(name);
    if (execution == null) {
      return false;
    }
    synchronized (execution) {
      return execution.isCancelled();
    }
  }

  /** What is known of the runs that wait for a worker. */
  public QueueView queue() {
    return new QueueView(this::waiting, clock, ticker::read);
  }

  /** When they were requested, in milliseconds since the epoch, by where they wait. */
  private Map<Lane, long[]> waiting() {
    Map<Lane, LongStream.Builder> waiting = new HashMap<>();
    for (Execution execution : byName.values()) {
      synchronized (execution) {
        if (execution.isQueued() && execution.queuedAt().isAfter(Instant.EPOCH)) {
          waiting
              .computeIfAbsent(execution.lane(), lane -> LongStream.builder())
              .add(execution.queuedAt().toEpochMilli());
        }
      }
    }
    Map<Lane, long[]> all = new HashMap<>();
    waiting.forEach((lane, times) -> all.put(lane, times.build().toArray()));
    return all;
  }
}
