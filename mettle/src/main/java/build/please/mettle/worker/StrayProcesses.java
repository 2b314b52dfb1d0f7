// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Finds and kills what a command started and what left its process group by {@code setsid} (J12).
 * Safe for concurrent use.
 */
final class StrayProcesses {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** No machine hands out all process ids in this time. */
  private static final Duration NO_WRAP = Duration.ofMillis(200);

  /** How often a process that has ended makes us look again. */
  private static final int LOOKS = 3;

  /** How long it may take to go from one program to the next where processors are scarce. */
  private static final Duration DOUBT = Duration.ofMillis(200);

  /** How long we doubt in all. */
  private static final Duration MOST_DOUBT = Duration.ofSeconds(1);

  /** How often we look again in all, on a machine where others come and go without end. */
  private static final int MOST_DOUBTS = 20;

  private static final long MIN_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);
  private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Kernel kernel;
  private final Path proc;
  private final LongSupplier nanoTime;
  private final long self = ProcessHandle.current().pid();

  StrayProcesses(Kernel kernel, Timer timer) {
    this(kernel, timer::nanoTime);
  }

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  StrayProcesses(Kernel kernel, LongSupplier nanoTime) {
    this.kernel = kernel;
    this.nanoTime = nanoTime;
    proc = Path.of("/proc");
  }

  private Duration since(long moment) {
    return Duration.ofNanos(nanoTime.getAsLong() - moment);
  }

  /**
   * Starts to follow a command.
   *
   * @param leader the process that was started, which still exists, if only as a zombie
   */
  Trail follow(WorkDirectory directory, long leader) {
    long start = ProcessStat.read(process(leader)).map(ProcessStat::startTicks).orElse(0L);
    return new Trail(
        new StraySigns(directory.cookie(), directory.path(), start).session(leader), leader);
  }

  /**
   * Kills every process that bears the signs, and waits for its end.
   *
   * @return whether none is left
   */
  boolean kill(StraySigns signs) {
    return kill(signs, 0, NO_WRAP);
  }

  /** What a command leaves behind. */
  final class Trail {
    private final StraySigns signs;
    private final long leader;

    private Trail(StraySigns signs, long leader) {
      this.signs = signs;
      this.leader = leader;
    }

    /**
     * Kills it all, and waits for its end.
     *
     * @param ran how long ago the leader was started, at least
     * @return whether none is left
     */
    boolean kill(Duration ran) {
      return StrayProcesses.this.kill(signs, leader, ran);
    }
  }

  private boolean kill(StraySigns signs, long leader, Duration ran) {
    return new Hunt(signs, leader, ran).kill();
  }

  /** For one thread. */
  private final class Hunt {
    private final StraySigns signs;
    private final long leader;
    private final Duration ran;
    private final long start = nanoTime.getAsLong();
    private final Set<Long> known = new HashSet<>();
    private final Map<Long, Integer> ended = new HashMap<>();
    private final Map<Long, Long> unclearSince = new HashMap<>();

    Hunt(StraySigns signs, long leader, Duration ran) {
      this.signs = signs;
      this.leader = leader;
      this.ran = ran;
    }

    boolean kill() {
      long pauseNanos = MIN_PAUSE_NANOS;
      int doubts = 0;
      while (true) {
        boolean settled = true;
        boolean clear = true;
        List<Long> killed = new ArrayList<>();
        for (Path process : possible()) {
          long pid = number(process);
          switch (signs.look(process)) {
            case STRAY -> {
              // At once, before it can fork again.
              kernel.signal(pid, Kernel.Signal.KILL);
              killed.add(pid);
            }
            // A child that it left after the list was made is not in the list.
            case ENDED -> settled &= ended.merge(pid, 1, Integer::sum) > LOOKS;
            case UNCLEAR -> clear &= isPastDoubt(pid);
            case OTHER -> {}
          }
        }
        if (killed.isEmpty() && !clear && since(start).compareTo(MOST_DOUBT) < 0) {
          LockSupport.parkNanos(MIN_PAUSE_NANOS);
          continue;
        }
        if (killed.isEmpty() && (settled || doubts++ == MOST_DOUBTS)) {
          return true;
        }
        if (killed.isEmpty()) {
          continue;
        }
        if (since(start).compareTo(PATIENCE) > 0) {
          return false;
        }
        // It dies soon, but not at once; and it may have forked before it did. Where new ones turn
        // up there is no time to lose.
        pauseNanos =
            known.addAll(killed) ? MIN_PAUSE_NANOS : Math.min(2 * pauseNanos, MAX_PAUSE_NANOS);
        LockSupport.parkNanos(pauseNanos);
      }
    }

    private boolean isPastDoubt(long pid) {
      long since = unclearSince.computeIfAbsent(pid, first -> nanoTime.getAsLong());
      return since(since).compareTo(DOUBT) > 0;
    }

    /**
     * Those that may have been started after the leader. Process ids are handed out in turn, so
     * after a short run only later ones come into question, and mostly there are none.
     */
    private List<Path> possible() {
      boolean brief = ran.plus(since(start)).compareTo(NO_WRAP) < 0;
      long newest = brief ? newestProcess() : -1;
      if (newest == leader) {
        return List.of();
      }
      List<Path> possible = new ArrayList<>();
      try (DirectoryStream<Path> processes =
          Files.newDirectoryStream(proc, entry -> isNumber(entry.getFileName().toString()))) {
        for (Path process : processes) {
          long pid = number(process);
          if (pid != self && (newest < leader || pid > leader)) {
            possible.add(process);
          }
        }
      } catch (IOException | DirectoryIteratorException e) {
        // No /proc: nothing that we could do.
      }
      return possible;
    }
  }

  /** The last id handed out; -1 if unknown. */
  private long newestProcess() {
    try {
      String load = Files.readString(proc.resolve("loadavg")).strip();
      return Long.parseLong(load.substring(load.lastIndexOf(' ') + 1));
    } catch (IOException | NumberFormatException e) {
      return -1;
    }
  }

  private Path process(long pid) {
    return proc.resolve(Long.toString(pid));
  }

  private static long number(Path process) {
    return Long.parseLong(process.getFileName().toString());
  }

  private static boolean isNumber(String name) {
    return name.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
