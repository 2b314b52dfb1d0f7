// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Finds and kills what a command started and what left its process group by {@code setsid} (J12).
 * Safe for concurrent use.
 */
final class StrayProcesses {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** No machine hands out all process ids in this time. */
  private static final Duration NO_WRAP = Duration.ofMillis(200);

  private static final long MIN_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);
  private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Kernel kernel;
  private final Path proc;
  private final Timer timer;
  private final long self = ProcessHandle.current().pid();

  StrayProcesses(Kernel kernel, Timer timer) {
    this.kernel = kernel;
    this.timer = timer;
    proc = Path.of("/proc");
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
    long start = timer.nanoTime();
    long pauseNanos = MIN_PAUSE_NANOS;
    Set<Long> known = new HashSet<>();
    while (true) {
      List<Long> killed = killOnce(signs, leader, ran.plus(timer.since(start)));
      if (killed.isEmpty()) {
        return true;
      }
      if (timer.since(start).compareTo(PATIENCE) > 0) {
        return false;
      }
      // It dies soon, but not at once; and it may have forked before it did. Where new ones turn
      // up there is no time to lose.
      pauseNanos =
          known.addAll(killed) ? MIN_PAUSE_NANOS : Math.min(2 * pauseNanos, MAX_PAUSE_NANOS);
      LockSupport.parkNanos(pauseNanos);
    }
  }

  /** Those that were found, each killed at once, before it can fork again. */
  private List<Long> killOnce(StraySigns signs, long leader, Duration ran) {
    // Process ids are handed out in turn: after a short run only later ones come into question, and
    // mostly there are none.
    long newest = ran.compareTo(NO_WRAP) < 0 ? newestProcess() : -1;
    if (newest == leader) {
      return List.of();
    }
    List<Long> killed = new ArrayList<>();
    try (DirectoryStream<Path> processes =
        Files.newDirectoryStream(proc, entry -> isNumber(entry.getFileName().toString()))) {
      for (Path process : processes) {
        long pid = Long.parseLong(process.getFileName().toString());
        boolean possible = newest < leader || pid > leader;
        if (possible && pid != self && signs.belongs(process)) {
          kernel.signal(pid, Kernel.Signal.KILL);
          killed.add(pid);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // No /proc: nothing that we could do.
    }
    return killed;
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

  private static boolean isNumber(String name) {
    return name.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
