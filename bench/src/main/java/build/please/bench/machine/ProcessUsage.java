// SPDX-License-Identifier: Apache-2.0
package build.please.bench.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;

/**
 * What processes used so far, by the kernel's account, in nanoseconds.
 *
 * @param own user and system time of the processes themselves
 * @param children likewise, of their children that ended; of other processes than this one it is
 *     known to a hundredth of a second only
 */
public record ProcessUsage(long own, long children) {
  private static final Path PROC = Path.of("/proc");

  /** Linux shows times in hundredths of a second, on every machine that Java runs on. */
  private static final long TICK = 10_000_000;

  /** Of these processes together. */
  public static ProcessUsage of(Collection<Long> pids) throws IOException {
    long own = 0;
    long children = 0;
    for (long pid : pids) {
      ProcessUsage one = parse(Files.readString(PROC.resolve(pid + "/stat")));
      own += CpuClock.nanos(pid).orElse(one.own);
      children += one.children;
    }
    return new ProcessUsage(own, children);
  }

  /** Of this process. */
  public static ProcessUsage self() throws IOException {
    ProcessUsage ticks = parse(Files.readString(PROC.resolve("self/stat")));
    return new ProcessUsage(
        CpuClock.nanos(ProcessHandle.current().pid()).orElse(ticks.own),
        CpuClock.childrenNanos().orElse(ticks.children));
  }

  /** Reads the text of a {@code stat} file; the name in it may hold anything. */
  static ProcessUsage parse(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return new ProcessUsage(
        (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK,
        (Long.parseLong(fields[13]) + Long.parseLong(fields[14])) * TICK);
  }

  public ProcessUsage minus(ProcessUsage before) {
    return new ProcessUsage(own - before.own, children - before.children);
  }

  public long total() {
    return own + children;
  }

  /** Resident memory of these processes together, in bytes. */
  public static long resident(Collection<Long> pids) throws IOException {
    long pages = 0;
    for (long pid : pids) {
      pages += Long.parseLong(Files.readString(PROC.resolve(pid + "/statm")).split(" ", 3)[1]);
    }
    return pages * 4096;
  }
}
