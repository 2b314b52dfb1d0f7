// SPDX-License-Identifier: Apache-2.0
package build.please.bench.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;

/**
 * What all cores together did so far. {@code /proc/pressure/cpu} would say who waits for a core,
 * but remembers the last round of this benchmark for longer than a round takes.
 *
 * @param busy hundredths of a second in which they worked
 * @param all in which they worked or did not
 */
public record Cores(long busy, long all) {
  private static final Path STAT = Path.of("/proc/stat");
  private static final int IDLE = 3;
  private static final int WAITS_FOR_DISK = 4;

  /** User, system and the like, and what a hypervisor took; guests are part of the first. */
  private static final int FIELDS = 8;

  /** Until now, or nothing if the machine does not tell. */
  public static Cores now() {
    try {
      return parse(Files.readString(STAT));
    } catch (IOException e) {
      return new Cores(0, 0);
    }
  }

  static Cores parse(String stat) {
    String[] fields = stat.lines().findFirst().orElse("").split(" +", -1);
    long busy = 0;
    long all = 0;
    for (int i = 0; i < FIELDS && i + 1 < fields.length; i++) {
      long value = Long.parseLong(fields[i + 1]);
      all += value;
      busy += i == IDLE || i == WAITS_FOR_DISK ? 0 : value;
    }
    return new Cores(busy, all);
  }

  /** The share of the time since then in which they worked, from 0 to 1; empty if none passed. */
  public OptionalDouble busySince(Cores before) {
    return all == before.all
        ? OptionalDouble.empty()
        : OptionalDouble.of((double) (busy - before.busy) / (all - before.all));
  }
}
