// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.fitness;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** Whether the disk that actions run on has room for another. */
public final class DiskSpace implements Check {
  private final Path directory;
  private final long minFreeBytes;
  private final ToLongFunction<Path> freeBytes;

  /**
   * @param directory where actions run, or will; it need not exist yet
   * @param minFreeBytes that must be free for work to be taken; 0 does not look
   */
  public DiskSpace(Path directory, long minFreeBytes) {
    this(directory, minFreeBytes, existing -> existing.toFile().getUsableSpace());
  }

  DiskSpace(Path directory, long minFreeBytes, ToLongFunction<Path> freeBytes) {
    this.directory = directory;
    this.minFreeBytes = minFreeBytes;
    this.freeBytes = freeBytes;
  }

  @Override
  public String subject() {
    return "disk";
  }

  @Override
  public Optional<String> fault() {
    if (minFreeBytes == 0) {
      return Optional.empty();
    }
    Path existing = directory;
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    long free = freeBytes.applyAsLong(existing);
    return free >= minFreeBytes
        ? Optional.empty()
        : Optional.of(
            String.format(
                "%d bytes are free at %s, fewer than --min_disk_space %d",
                free, directory, minFreeBytes));
  }

  @Override
  public Duration period() {
    return Duration.ofSeconds(1);
  }

  @Override
  public boolean isQuick() {
    return true;
  }
}
