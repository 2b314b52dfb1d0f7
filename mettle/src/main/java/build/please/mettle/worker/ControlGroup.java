// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cgroup of one command (cgroup v2). Its processes cannot leave it by anything that they do to
 * themselves, sessions, environments and files included.
 */
final class ControlGroup implements Confinement {
  private static final Logger log = LoggerFactory.getLogger(ControlGroup.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
  private static final long CPU_PERIOD_MICROS = 100_000;

  /** Only the process itself can do it before its first child exists. */
  private static final String ENTRANCE = "echo 0 > \"$1\" || { : > \"$2\"; exit 1; }";

  private final Path path;
  private final Path notEntered;
  private final ControlFiles files;
  private final Timer timer;

  private ControlGroup(Path path, Path notEntered, ControlFiles files, Timer timer) {
    this.path = path;
    this.notEntered = notEntered;
    this.files = files;
    this.timer = timer;
  }

  /**
   * Makes one with these limits.
   *
   * @throws IOException if that is not possible; nothing is left behind
   */
  static ControlGroup create(
      Path path, WorkDirectory directory, ActionLimits limits, ControlFiles files, Timer timer)
      throws IOException {
    files.create(path);
    ControlGroup group =
        new ControlGroup(path, directory.path().resolve("not_entered"), files, timer);
    try {
      group.set(limits);
      return group;
    } catch (IOException e) {
      group.close();
      throw e;
    }
  }

  /** One that another server left. */
  static ControlGroup left(Path path, ControlFiles files, Timer timer) {
    return new ControlGroup(path, path.resolve("not_entered"), files, timer);
  }

  private void set(ActionLimits limits) throws IOException {
    if (limits.memoryBytes().isPresent()) {
      write("memory.max", Long.toString(limits.memoryBytes().getAsLong()));
      // Half an action is of no use to anybody.
      write("memory.oom.group", "1");
      try {
        write("memory.swap.max", "0");
      } catch (IOException noSwapAccounting) {
        log.debug("memory.swap.max cannot be set", noSwapAccounting);
      }
    }
    if (limits.cores().isPresent()) {
      long quota = Math.round(limits.cores().getAsDouble() * CPU_PERIOD_MICROS);
      write("cpu.max", quota + " " + CPU_PERIOD_MICROS);
    }
  }

  private void write(String file, String text) throws IOException {
    files.write(path.resolve(file), text);
  }

  @Override
  public Launch enter(Launch launch) throws IOException {
    return ByShell.of(
        launch, ENTRANCE, path.resolve("cgroup.procs").toString(), notEntered.toString());
  }

  @Override
  public void checkEntered() throws IOException {
    if (Files.exists(notEntered)) {
      throw new IOException("a command cannot enter its cgroup " + path);
    }
  }

  @Override
  public void kill() {
    try {
      write("cgroup.kill", "1");
    } catch (IOException e) {
      log.debug("Linux before 5.14 does not kill cgroups", e);
    }
  }

  @Override
  public boolean awaitEmpty() {
    long start = timer.nanoTime();
    while (isPopulated(path, files)) {
      if (timer.since(start).compareTo(PATIENCE) > 0) {
        return false;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return true;
  }

  /** Whether processes are in a group, or in groups in it. */
  static boolean isPopulated(Path group, ControlFiles files) {
    return number(group.resolve("cgroup.events"), "populated", files) != 0;
  }

  /**
   * The kernel counts as {@code oom} that the group's own limit was met and nothing could be freed;
   * a limit further up, or a machine without memory, counts there, and here only the killed.
   */
  @Override
  public Memory memory() {
    Path events = path.resolve("memory.events");
    if (number(events, "oom_kill", files) == 0) {
      return Memory.SUFFICED;
    }
    return number(events, "oom", files) > 0 ? Memory.OVER_ITS_LIMIT : Memory.LACKING_ELSEWHERE;
  }

  /** Linux knows since 5.19. */
  @Override
  public OptionalLong peakBytes() {
    try {
      return OptionalLong.of(Long.parseLong(files.read(path.resolve("memory.peak")).strip()));
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** Of a file that has a name and a number on each line; 0 if it does not say. */
  private static long number(Path file, String name, ControlFiles files) {
    try {
      return files
          .read(file)
          .lines()
          .filter(line -> line.startsWith(name + " "))
          .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1).strip()))
          .findFirst()
          .orElse(0);
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }

  @Override
  public void close() {
    try {
      files.remove(path);
    } catch (IOException e) {
      log.warn("cannot remove the cgroup {}: {}", path, e.toString());
    }
  }
}
