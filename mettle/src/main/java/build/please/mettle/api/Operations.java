// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.mettle.meter.ApiMeters;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.ExecuteOperation;
import build.please.mettle.queue.GivenUp;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutionStage;
import com.github.benmanes.caffeine.cache.Ticker;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operations that this replica knows of, and who watches them: those begun here, and those that
 * others told of, which a client may come here to wait for.
 *
 * <p>Safe for concurrent use; no method blocks. Each operation has a lock of its own, so that one
 * with a thousand watchers holds up no other.
 */
public final class Operations implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Operations.class);
  private static final Duration SWEEP = Duration.ofSeconds(1);

  private final KnownOperations known;
  private final Shelves shelves;
  private final Duration queueTimeout;
  private final Clock clock;
  private final Ticker ticker;
  private final Supplier<String> runIds;
  private final ApiMeters meters;
  private final int maxAttempts;
  private final Future<?> sweep;
  private volatile boolean closed;

  /**
   * @param clock dates the runs
   * @param ticker times the forgetting, so that a clock that is set changes nothing
   * @param runIds makes unique names for runs that must not be merged; without {@code /}
   * @param timer forgets what is due, each second; not closed with this
   * @param meters hears of every run that ends
   */
  public Operations(
      Retention retention,
      Clock clock,
      Ticker ticker,
      Supplier<String> runIds,
      ScheduledExecutorService timer,
      ApiMeters meters) {
    this.known = new KnownOperations(clock, ticker);
    this.shelves = new Shelves(retention, ticker);
    this.queueTimeout = retention.queueTimeout();
    this.clock = clock;
    this.ticker = ticker;
    this.runIds = runIds;
    this.meters = meters;
    this.maxAttempts = retention.maxAttempts();
    meters.watch(shelves::unfinished);
    this.sweep =
        timer.scheduleWithFixedDelay(
            this::forgetOverdue, SWEEP.toNanos(), SWEEP.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Those that are known, to be looked at. */
  public KnownOperations known() {
    return known;
  }

  /**
   * Has the watcher wait for the run of the request's action that is queued or under way, or begins
   * one (EXE-23).
   *
   * @return the message by which to request the run, if one was begun
   * @throws StatusRuntimeException UNAVAILABLE if this was closed
   */
  Optional<ExecuteMessage> join(Asked asked, Watcher watcher) {
    return enter(asked, "", watcher);
  }

  /**
   * Begins a run of its own for the watcher, which nobody else joins (EXE-22).
   *
   * @return the message by which to request the run
   * @throws StatusRuntimeException UNAVAILABLE if this was closed
   */
  ExecuteMessage begin(Asked asked, Watcher watcher) {
    return enter(asked, runIds.get(), watcher).orElseThrow();
  }

  /**
   * Has the watcher wait for the operation of that name.
   *
   * @return whether it is known; if not, the watcher was told nothing
   */
  boolean watch(String name, Watcher watcher) {
    Execution execution = known.get(name);
    if (execution == null) {
      return false;
    }
    synchronized (execution) {
      if (execution.isForgotten() || !execution.isKnown()) {
        return false;
      }
      watch(execution, watcher);
    }
    watcher.onEnd(() -> leave(execution, watcher));
    return true;
  }

  /**
   * Takes in what was heard of an operation. What is no newer than the known state is ignored. A
   * run that too many workers began, and did not end, ends here.
   *
   * @return whether it was news
   */
  boolean apply(News news) {
    return take(news, this::count);
  }

  /**
   * @param onEnd hears of a run that ended, under its lock
   */
  private boolean take(News news, Consumer<Execution> onEnd) {
    while (true) {
      Execution execution = known.obtain(news.name());
      synchronized (execution) {
        if (execution.isForgotten()) {
          continue;
        }
        execution.heardOf(ticker.read());
        int runs = execution.begunBy().size();
        boolean isNews = execution.apply(news.update(), news.operation(), news.run());
        if (runs > 0 && execution.begunBy().size() > runs) {
          meters.begunAgain(execution.lane().pool());
        }
        isNews |= endIfHopeless(execution, news);
        if (isNews) {
          shelves.put(execution);
          if (execution.isFinished()) {
            onEnd.accept(execution);
          }
        } else if (execution.isRequestedElsewhere()) {
          shelves.heardOf(execution);
        }
        return isNews;
      }
    }
  }

  /** Ends a run, for whoever waits for it; says whether it had not ended already. */
  boolean end(ExecuteMessage message, Status why) {
    return apply(News.end(message, why));
  }

  /** Takes in what another replica knows, which has counted it. */
  void adopt(News news) {
    take(news, execution -> {});
  }

  @GuardedBy("execution")
  private boolean endIfHopeless(Execution execution, News news) {
    List<String> workers = execution.begunBy();
    // The one that begins now has it, as may others whose leases could not be extended.
    int vanished = workers.size() - Math.max(1, known.inHand(execution));
    if (vanished < maxAttempts || execution.isFinished()) {
      return false;
    }
    log.error("{}: ended, since {} began it and vanished", news.name(), workers);
    Update end = new Update(execution.queuedAt(), ExecutionStage.Value.COMPLETED);
    return execution.apply(
        end, ExecuteOperation.ended(execution.operation(), GivenUp.vanished(workers)), Run.UNKNOWN);
  }

  @SuppressWarnings("GuardedBy") // Called under the execution's lock.
  private void count(Execution execution) {
    Instant queuedAt = execution.queuedAt();
    try {
      Duration taken =
          queuedAt.equals(Instant.EPOCH)
              ? Duration.ZERO
              : Duration.between(queuedAt, clock.instant());
      meters.completed(
          // Not unpack, which keeps what it gives as long as the operation is kept.
          ExecuteResponse.parseFrom(execution.operation().getResponse().getValue()), taken);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("news always hold a response that can be read", e);
    }
  }

  /**
   * Ends a run that could not be requested, and forgets it: its watchers are told why, and whoever
   * asks for the action next begins anew. Nothing happens if the run was requested after all and
   * has ended, or if a newer one was begun.
   */
  void fail(ExecuteMessage message, Status why) {
    Execution execution = known.get(message.operation());
    if (execution == null) {
      return;
    }
    ExecuteResponse response = ExecuteResponse.newBuilder().setStatus(why).build();
    synchronized (execution) {
      Update end = new Update(message.queuedAt(), ExecutionStage.Value.COMPLETED);
      if (!execution.isForgotten()
          && execution.apply(end, ExecuteOperation.completed(message, response), Run.UNKNOWN)) {
        forget(execution);
      }
    }
  }

  /**
   * Asks for the end of a run. One that is still queued ends at once, as far as its watchers are
   * concerned, and is dropped by the worker that takes it; one under way ends when its worker has
   * killed it.
   *
   * @param onEnd hears what requested the run, if it ends by this call
   * @return whether the operation is known
   */
  boolean cancel(String operation, Consumer<ExecuteMessage> onEnd) {
    Execution execution = known.get(operation);
    if (execution == null) {
      return false;
    }
    ExecuteMessage ended;
    synchronized (execution) {
      if (execution.isForgotten() || !execution.isKnown()) {
        return false;
      }
      if (!execution.cancel()) {
        return true;
      }
      shelves.put(execution);
      ended = execution.message();
    }
    onEnd.accept(ended);
    return true;
  }

  /** Ends the runs that no worker has begun in time; what they were. */
  List<Ended> endOverdue() {
    List<Ended> ended = new ArrayList<>();
    for (Execution execution : shelves.takeQueued()) {
      synchronized (execution) {
        if (execution.isForgotten() || !execution.isQueued()) {
          continue;
        }
        Status why = Waiting.tooLong(queueTimeout, execution.lane().pool(), execution.platform());
        execution.dismiss(why);
        shelves.put(execution);
        count(execution);
        ended.add(new Ended(execution.message(), why));
      }
    }
    return ended;
  }

  /**
   * What other API servers said they request, but nobody tells of, though somebody watches it here;
   * each once. By the message it is the same run.
   */
  List<ExecuteMessage> takeUnheard() {
    List<ExecuteMessage> taken = new ArrayList<>();
    for (Execution execution : shelves.takeUnheard()) {
      synchronized (execution) {
        if (execution.isForgotten() || !execution.isRequestedElsewhere()) {
          continue;
        }
        if (execution.isWatched()) {
          execution.takeOver();
          taken.add(execution.message());
        } else {
          shelves.heardOf(execution);
        }
      }
    }
    return taken;
  }

  /** Forgets what has been remembered for long enough. Takes no longer than there is to forget. */
  void forgetOverdue() {
    long start = ticker.read();
    for (Execution execution : shelves.takeFinished()) {
      synchronized (execution) {
        // Meanwhile a new run may have been begun.
        if (execution.isFinished() && !execution.isForgotten()) {
          forget(execution);
        }
      }
    }
    for (Execution execution : shelves.takeSilent()) {
      synchronized (execution) {
        if (execution.isFinished() || execution.isForgotten()) {
          continue;
        }
        if (execution.isWatched()) {
          shelves.put(execution);
        } else {
          forget(execution);
        }
      }
    }
    meters.forgot(Duration.ofNanos(ticker.read() - start));
  }

  /**
   * Ends the streams of all who wait with UNAVAILABLE, on which clients come back, here or to
   * another replica (WEX-05). The runs go on.
   */
  @Override
  public void close() {
    closed = true;
    sweep.cancel(false);
    for (Execution execution : known.all()) {
      synchronized (execution) {
        execution.failWatchers(shuttingDown());
      }
    }
  }

  private Optional<ExecuteMessage> enter(Asked asked, String run, Watcher watcher) {
    String name = new ExecuteMessage(asked.request(), Instant.EPOCH, run).operation();
    if (closed) {
      throw shuttingDown();
    }
    while (true) {
      Execution execution = known.obtain(name);
      Optional<ExecuteMessage> begun = Optional.empty();
      synchronized (execution) {
        if (execution.isForgotten()) {
          continue;
        }
        if (execution.serves(asked.request())) {
          execution.join(asked);
        } else {
          execution.heardOf(ticker.read());
          begun = Optional.of(execution.begin(asked, run, clock.instant()));
          shelves.put(execution);
        }
        watch(execution, watcher);
      }
      watcher.onEnd(() -> leave(execution, watcher));
      return begun;
    }
  }

  @GuardedBy("execution")
  private void watch(Execution execution, Watcher watcher) {
    execution.watch(watcher);
    if (closed) {
      execution.failWatchers(shuttingDown());
    }
  }

  private void leave(Execution execution, Watcher watcher) {
    synchronized (execution) {
      execution.leave(watcher, ticker.read());
    }
  }

  @GuardedBy("execution")
  private void forget(Execution execution) {
    execution.forget();
    shelves.remove(execution);
    known.remove(execution);
  }

  private static StatusRuntimeException shuttingDown() {
    return io.grpc.Status.UNAVAILABLE
        .withDescription("this server is shutting down")
        .asRuntimeException();
  }
}
