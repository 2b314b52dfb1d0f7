// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.fitness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Whether the machine, or the container that this runs in, has memory for another action. A machine
 * that does not say how much it has counts as fit.
 */
public final class MemoryUse implements Check {
  private static final double ALL = 100;

  private final double threshold;
  private final Path root;

  /**
   * @param threshold percent of the memory in use at which no work is taken; 100 does not look
   */
  public MemoryUse(double threshold) {
    this(threshold, Path.of("/"));
  }

  MemoryUse(double threshold, Path root) {
    this.threshold = threshold;
    this.root = root;
  }

  @Override
  public String subject() {
    return "memory";
  }

  @Override
  public Optional<String> fault() {
    if (threshold >= ALL) {
      return Optional.empty();
    }
    double used = Math.max(ofMachine(), ofContainer());
    return used < threshold
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "%.1f %% of the memory is in use, --memory_threshold is %.1f",
                used,
                threshold));
  }

  @Override
  public Duration period() {
    return Duration.ofSeconds(1);
  }

  @Override
  public boolean isQuick() {
    return true;
  }

  private double ofMachine() {
    List<String> lines = lines("proc/meminfo");
    OptionalLong total = number(lines, "MemTotal:");
    OptionalLong available = number(lines, "MemAvailable:");
    if (total.isEmpty() || available.isEmpty()) {
      return 0;
    }
    return percent(total.getAsLong() - available.getAsLong(), total.getAsLong());
  }

  /** Of the limit of cgroup v2, as a container sees it; the cache of files is no use. */
  private double ofContainer() {
    OptionalLong limit = number(lines("sys/fs/cgroup/memory.max"), "");
    OptionalLong current = number(lines("sys/fs/cgroup/memory.current"), "");
    if (limit.isEmpty() || current.isEmpty()) {
      return 0;
    }
    long files = number(lines("sys/fs/cgroup/memory.stat"), "inactive_file").orElse(0);
    return percent(current.getAsLong() - files, limit.getAsLong());
  }

  private static double percent(long part, long whole) {
    return whole <= 0 ? 0 : ALL * part / whole;
  }

  private List<String> lines(String file) {
    try {
      return Files.readAllLines(root.resolve(file));
    } catch (IOException notThere) {
      return List.of();
    }
  }

  private static OptionalLong number(List<String> lines, String name) {
    for (String line : lines) {
      if (line.startsWith(name)) {
        String[] words = line.substring(name.length()).strip().split(" ", 2);
        try {
          return OptionalLong.of(Long.parseLong(words[0]));
        } catch (NumberFormatException e) {
          return OptionalLong.empty(); // "max": no limit.
        }
      }
    }
    return OptionalLong.empty();
  }
}
