// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A directory for files whose bytes are wrong, so that somebody can look at them. It keeps the
 * newest, within bounds. Safe for concurrent use.
 */
final class Quarantine {
  /** How much is kept. */
  record Bounds(int files, long bytes) {
    static final Bounds DEFAULT = new Bounds(100, 1L << 30);
  }

  // In the order of time by name.
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS").withZone(ZoneOffset.UTC);

  private final Path directory;
  private final Clock clock;
  private final Bounds bounds;
  private final AtomicLong taken = new AtomicLong();

  Quarantine(Path directory, Clock clock, Bounds bounds) {
    this.directory = directory;
    this.clock = clock;
    this.bounds = bounds;
  }

  /**
   * Moves a file here and says where it is. The oldest go where there are too many, perhaps this
   * one too if it alone is too large.
   *
   * @throws IOException if it is where it was
   */
  Path take(Path file, String key) throws IOException {
    Files.createDirectories(directory);
    String name =
        "%s-%03d-%s"
            .formatted(
                TIME.format(clock.instant()),
                taken.getAndIncrement() % 1000,
                key.replace('/', '_'));
    Path here = directory.resolve(name);
    Files.move(file, here, StandardCopyOption.ATOMIC_MOVE);
    return here;
  }

  /** Lets the oldest go until the rest is within the bounds. */
  void trim() throws IOException {
    List<Path> newestFirst = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      files.forEach(newestFirst::add);
    }
    newestFirst.sort(Collections.reverseOrder());
    int count = 0;
    long bytes = 0;
    for (Path file : newestFirst) {
      count++;
      bytes += size(file);
      if (count > bounds.files() || bytes > bounds.bytes()) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static long size(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException removedMeanwhile) {
      return 0;
    }
  }
}
