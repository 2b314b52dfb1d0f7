// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Finds and kills what a command started and what left its process group by {@code setsid} (J12).
 * Such a process is known by a cookie in its environment, which children inherit, or by a current
 * directory inside the action's. Safe for concurrent use.
 *
 * <p>One that clears its environment <em>and</em> leaves the directory is not found; that takes a
 * process namespace.
 */
final class StrayProcesses {
  /** The environment variable that carries the cookie. */
  static final String COOKIE = "METTLE_ACTION";

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** No machine hands out all process ids in this time. */
  private static final Duration NO_WRAP = Duration.ofMillis(200);

  private final Kernel kernel;
  private final Path proc;
  private final Timer timer;

  StrayProcesses(Kernel kernel, Timer timer) {
    this.kernel = kernel;
    this.timer = timer;
    proc = Path.of("/proc");
  }

  /**
   * Kills them all, and waits for their end.
   *
   * @param leader the process that was started, now gone
   * @param ran how long ago it was started, at least
   * @return whether none is left
   */
  boolean kill(WorkDirectory directory, long leader, Duration ran) {
    long start = timer.nanoTime();
    long pauseNanos = TimeUnit.MICROSECONDS.toNanos(500);
    while (true) {
      List<Long> found = find(directory, leader, ran.plus(timer.since(start)));
      if (found.isEmpty()) {
        return true;
      }
      if (timer.since(start).compareTo(PATIENCE) > 0) {
        return false;
      }
      found.forEach(pid -> kernel.signal(pid, Kernel.Signal.KILL));
      // It dies soon, but not at once; and it may have forked before it did.
      LockSupport.parkNanos(pauseNanos);
      pauseNanos = Math.min(2 * pauseNanos, TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  private List<Long> find(WorkDirectory directory, long leader, Duration ran) {
    byte[] cookie = (COOKIE + "=" + directory.cookie()).getBytes(StandardCharsets.UTF_8);
    // Process ids are handed out in turn: after a short run only later ones come into question.
    long newest = ran.compareTo(NO_WRAP) < 0 ? newestProcess() : -1;
    List<Long> found = new ArrayList<>();
    try (DirectoryStream<Path> processes =
        Files.newDirectoryStream(proc, entry -> isNumber(entry.getFileName().toString()))) {
      for (Path process : processes) {
        long pid = Long.parseLong(process.getFileName().toString());
        boolean possible = newest < leader || pid > leader;
        if (possible && (hasCookie(process, cookie) || isInside(process, directory.path()))) {
          found.add(pid);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // No /proc: nothing that we could do.
    }
    return found;
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

  private static boolean hasCookie(Path process, byte[] cookie) {
    byte[] environment;
    try {
      environment = Files.readAllBytes(process.resolve("environ"));
    } catch (IOException goneOrForeign) {
      return false;
    }
    for (int start = 0; start + cookie.length <= environment.length; start++) {
      int end = start + cookie.length;
      if (Arrays.equals(environment, start, end, cookie, 0, cookie.length)
          && (end == environment.length || environment[end] == 0)) {
        return true;
      }
      while (start < environment.length && environment[start] != 0) {
        start++;
      }
    }
    return false;
  }

  private static boolean isInside(Path process, Path directory) {
    try {
      return Files.readSymbolicLink(process.resolve("cwd")).startsWith(directory);
    } catch (IOException | InvalidPathException goneOrForeign) {
      return false;
    }
  }

  private static boolean isNumber(String name) {
    return name.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
