// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one command to its end, which may be the end of its time or of our patience. Whatever it
 * started dies with it. Safe for concurrent use.
 */
final class CommandRunner {
  private static final Logger log = LoggerFactory.getLogger(CommandRunner.class);
  private static final Duration TRIM_PERIOD = Duration.ofMillis(100);

  /** The code of what ended by SIGKILL. */
  private static final int KILLED = 128 + 9;

  /** Why a command ended. */
  enum Ending {
    BY_ITSELF,
    TIMED_OUT,
    STOPPED,
    /** It used more than its limit. */
    OUT_OF_MEMORY
  }

  /**
   * What became of a command.
   *
   * @param taken by the clock that enforces the timeout
   */
  record Finished(Exit exit, Ending ending, Duration taken) {}

  private final Kernel kernel;
  private final Timer timer;
  private final Duration killGrace;
  private final Confinement.Source confinements;
  private final StrayProcesses strays;
  private final Set<Runnable> trims = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean isTrimming = new AtomicBoolean();

  CommandRunner(Kernel kernel, Timer timer, Duration killGrace, Confinement.Source confinements) {
    this.kernel = kernel;
    this.timer = timer;
    this.killGrace = killGrace;
    this.confinements = confinements;
    strays = new StrayProcesses(kernel, timer);
  }

  /**
   * Runs it. Blocks until no process of it is left, or none that can be found and killed; in the
   * latter case the directory is abandoned.
   *
   * @throws build.please.common.cas.MalformedException if the program cannot be started
   * @throws IOException if it cannot be started now, or the machine had no memory for it
   */
  @SuppressWarnings("try") // The timers and the registration are only there to be closed.
  Finished run(
      Launch launch,
      WorkDirectory directory,
      Duration timeout,
      Stop stop,
      CommandLog stdout,
      CommandLog stderr)
      throws IOException {
    try (Confinement confinement = confinements.open(directory)) {
      Verdict verdict = new Verdict();
      long start = timer.nanoTime();
      Kernel.Child spawned = kernel.spawn(confinement.enter(launch));
      Optional<NamespacedChild> fenced =
          launch.report().map(report -> new NamespacedChild(kernel, spawned, report, timer));
      Kernel.Child child = fenced.isPresent() ? fenced.get() : spawned;
      StrayProcesses.Trail trail = strays.follow(directory, child.pid());
      Exit exit;
      Duration taken;
      try (Timer.Pending limit = timer.after(timeout, () -> timeOut(child, verdict));
          Timer.Pending trimming = trimming(stdout, stderr);
          Stop.Registration registration =
              stop.onRaise(() -> end(child, verdict, Ending.STOPPED, Kernel.Signal.KILL))) {
        exit = child.await();
        taken = timer.since(start);
      }
      confinement.kill();
      boolean none = fenced.isPresent() ? fenced.get().isEmpty() : trail.kill(taken);
      none = confinement.awaitEmpty() && none;
      if (!none) {
        log.warn("processes of {} cannot be killed", directory.path());
        directory.abandon();
      }
      confinement.checkEntered();
      if (verdict.get() == Ending.BY_ITSELF) {
        exit = settle(confinement, exit, verdict);
      }
      if (fenced.isPresent() && verdict.get() == Ending.BY_ITSELF) {
        fenced.get().checkThatItRan(exit, launch, stderr);
      }
      return new Finished(withPeak(exit, confinement), verdict.get(), taken);
    }
  }

  /** Whose fault it is if memory was lacking: the command's, or nobody's that it can help. */
  private static Exit settle(Confinement confinement, Exit exit, Verdict verdict)
      throws IOException {
    return switch (confinement.memory()) {
      case SUFFICED -> exit;
      case OVER_ITS_LIMIT -> {
        verdict.because(Ending.OUT_OF_MEMORY);
        yield new Exit(KILLED, exit.usage());
      }
      case LACKING_ELSEWHERE ->
          throw new IOException("the command was killed, since its machine has no memory left");
    };
  }

  private static Exit withPeak(Exit exit, Confinement confinement) {
    OptionalLong peak = confinement.peakBytes();
    return peak.isPresent()
        ? new Exit(
            exit.code(),
            exit.usage().toBuilder().setMaximumResidentSetSize(peak.getAsLong()).build())
        : exit;
  }

  private static void end(Kernel.Child child, Verdict verdict, Ending why, Kernel.Signal signal) {
    verdict.because(why);
    child.signal(signal);
    // Whoever stopped itself hears only this.
    child.signal(Kernel.Signal.CONT);
  }

  /** Asks first; who is gone by then is not killed. */
  private void timeOut(Kernel.Child child, Verdict verdict) {
    end(child, verdict, Ending.TIMED_OUT, Kernel.Signal.TERM);
    timer.after(killGrace, () -> child.signal(Kernel.Signal.KILL));
  }

  /** One look at all logs now and then: a timer for each command wakes its thread each time. */
  private Timer.Pending trimming(CommandLog stdout, CommandLog stderr) {
    Runnable trim = () -> trim(stdout, stderr);
    trims.add(trim);
    if (isTrimming.compareAndSet(false, true)) {
      timer.after(TRIM_PERIOD, this::trimAll);
    }
    return () -> trims.remove(trim);
  }

  private void trimAll() {
    trims.forEach(Runnable::run);
    isTrimming.set(false);
    if (!trims.isEmpty() && isTrimming.compareAndSet(false, true)) {
      timer.after(TRIM_PERIOD, this::trimAll);
    }
  }

  private static void trim(CommandLog stdout, CommandLog stderr) {
    try {
      stdout.trim();
      stderr.trim();
    } catch (IOException e) {
      log.warn("cannot trim a log", e);
    }
  }

  /** Who was the first to end the command. */
  private static final class Verdict {
    @GuardedBy("this")
    private Ending ending = Ending.BY_ITSELF;

    synchronized void because(Ending why) {
      if (ending == Ending.BY_ITSELF) {
        ending = why;
      }
    }

    synchronized Ending get() {
      return ending;
    }
  }
}
