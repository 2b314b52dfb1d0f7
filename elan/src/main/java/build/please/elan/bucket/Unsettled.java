// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that have their names but may lose them in a power cut. Whoever asks for one waits until
 * that is decided, since any answer about it is a promise. Safe for concurrent use.
 */
final class Unsettled {
  private static final Logger log = LoggerFactory.getLogger(Unsettled.class);

  /** One name, with all who are giving it to a file at the moment. */
  private static final class Entry {
    private final CompletableFuture<@Nullable Void> decided = new CompletableFuture<>();
    private int writers;
    // Some file of that name is on disk, and any of them is as good.
    private boolean settled;
    private boolean replaced;
  }

  // What follows happens inside its methods, so that no two decide the same name at once.
  private final ConcurrentMap<Path, Entry> entries = new ConcurrentHashMap<>();

  /**
   * Before a file of {@code size} bytes gets its name. A file that has that name and that size
   * already was acknowledged before, and remains so.
   */
  void begin(Path target, long size) {
    entries.compute(
        target,
        (path, known) -> {
          Entry entry = known == null ? new Entry() : known;
          if (known == null && hasSize(path, size)) {
            settle(entry);
          }
          entry.writers++;
          return entry;
        });
  }

  /** A file has got its name. */
  void replaced(Path target) {
    entries.computeIfPresent(
        target,
        (path, entry) -> {
          entry.replaced = true;
          return entry;
        });
  }

  /** The name is on disk. */
  void settled(Path target) {
    entries.computeIfPresent(
        target,
        (path, entry) -> {
          settle(entry);
          return entry.writers-- > 1 ? entry : null;
        });
  }

  /** The name is not known to be on disk; if nobody else can say so either, the file goes. */
  void failed(Path target) {
    @Nullable Entry[] left = new @Nullable Entry[1];
    entries.computeIfPresent(
        target,
        (path, entry) -> {
          if (entry.writers-- > 1) {
            return entry;
          }
          if (entry.replaced && !entry.settled) {
            remove(path);
          }
          left[0] = entry;
          return null;
        });
    if (left[0] != null) {
      left[0].decided.complete(null);
    }
  }

  /** Blocks until the file of that name, if there is one, may be told of. */
  void await(Path target) {
    @Nullable Entry entry = entries.get(target);
    if (entry != null) {
      entry.decided.join();
    }
  }

  private static void settle(Entry entry) {
    entry.settled = true;
    entry.decided.complete(null);
  }

  private static boolean hasSize(Path path, long size) {
    try {
      return Files.size(path) == size;
    } catch (IOException absent) {
      return false;
    }
  }

  private static void remove(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      log.error("{} could neither be forced to disk nor removed: {}", path, e.getMessage());
    }
  }
}
