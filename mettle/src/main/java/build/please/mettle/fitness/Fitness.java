// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.fitness;

import build.please.common.rpc.Threads;
import build.please.mettle.worker.Gate;
import build.please.mettle.worker.Stop;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is wrong with this worker, if anything; while something is, its gate is shut. Says in the
 * log when that begins and when it is over. Nothing is taken before every check was made once. Safe
 * for concurrent use.
 */
public final class Fitness implements Gate, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Fitness.class);
  private static final String NOT_YET = "not looked at yet";

  /** What is wrong is looked at as often as this at least, since work waits for it. */
  private static final Duration PAUSE = Duration.ofSeconds(10);

  private final List<Check> checks;
  private final ScheduledExecutorService looks;
  private final List<Future<?>> ticks = new ArrayList<>();

  @GuardedBy("this")
  private final Map<String, String> faults = new TreeMap<>();

  private Fitness(List<Check> checks) {
    this.checks = List.copyOf(checks);
    looks =
        Executors.newScheduledThreadPool(Math.max(1, checks.size()), Threads.factory("fitness"));
    checks.forEach(check -> faults.put(check.subject(), NOT_YET));
  }

  /** Begins to look, each check on a thread of its own, so that none waits for another. */
  public static Fitness watch(List<Check> checks) {
    Fitness fitness = new Fitness(checks);
    for (Check check : checks) {
      Duration pause = check.period().compareTo(PAUSE) < 0 ? check.period() : PAUSE;
      Tick last = new Tick();
      fitness.ticks.add(
          fitness.looks.scheduleWithFixedDelay(
              () -> fitness.tick(check, last), 0, pause.toNanos(), TimeUnit.NANOSECONDS));
    }
    return fitness;
  }

  /** One whose checks are made when the caller {@linkplain #look says}. */
  static Fitness byHand(List<Check> checks) {
    return new Fitness(checks);
  }

  /** All that this looks at. */
  public List<String> subjects() {
    return checks.stream().map(Check::subject).toList();
  }

  /** What is wrong now, by subject. */
  public synchronized Map<String, String> faults() {
    return new TreeMap<>(faults);
  }

  @Override
  public boolean isOpen() {
    checks.stream().filter(Check::isQuick).forEach(this::look);
    synchronized (this) {
      return faults.isEmpty();
    }
  }

  @Override
  @SuppressWarnings("try") // The registration is only there to be closed.
  public void await(Stop stop) {
    try (Stop.Registration registration = stop.onRaise(this::wake)) {
      while (!isOpen() && !stop.isRaised()) {
        synchronized (this) {
          if (!faults.isEmpty() && !stop.isRaised()) {
            wait();
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Makes a check now. */
  void look(Check check) {
    Optional<String> fault;
    synchronized (check) {
      fault = check.fault();
    }
    synchronized (this) {
      String before =
          fault.isPresent()
              ? faults.put(check.subject(), fault.get())
              : faults.remove(check.subject());
      if (fault.isPresent() && (before == null || before.equals(NOT_YET))) {
        log.warn("taking no work: {}", fault.get());
      } else if (fault.isEmpty() && before != null && !before.equals(NOT_YET)) {
        log.warn("{} is fit again{}", check.subject(), faults.isEmpty() ? "; taking work" : "");
      }
      notifyAll();
    }
  }

  @Override
  public void close() {
    ticks.forEach(tick -> tick.cancel(false));
    looks.shutdown();
  }

  private synchronized void wake() {
    notifyAll();
  }

  /** Looks if there was a fault, or the last look was too long ago. */
  private void tick(Check check, Tick last) {
    synchronized (this) {
      if (!faults.containsKey(check.subject()) && !last.isOver(check.period())) {
        return;
      }
    }
    last.now();
    try {
      look(check);
    } catch (RuntimeException e) {
      log.warn("cannot look at {}", check.subject(), e);
    }
  }

  /** When something last happened. For one thread. */
  private static final class Tick {
    private long nanoTime;

    void now() {
      nanoTime = System.nanoTime();
    }

    boolean isOver(Duration period) {
      return System.nanoTime() - nanoTime >= period.toNanos();
    }
  }
}
