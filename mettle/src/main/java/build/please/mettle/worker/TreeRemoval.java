// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Removes a directory and all below it, whatever a command made of it: without rights, or deeper
 * than a path is long. Links are removed, never followed.
 *
 * <p>It moves every subdirectory up to the top before it empties it, so that there is neither
 * recursion nor a path that grows.
 */
final class TreeRemoval {
  private final Path top;
  private final ArrayDeque<Path> toEmpty = new ArrayDeque<>();
  private final List<Path> toRemove = new ArrayList<>();
  private long moved;

  private TreeRemoval(Path top) {
    this.top = top;
  }

  /**
   * @throws IOException if something stays; the rest may be gone
   */
  static void remove(Path directory) throws IOException {
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      Files.deleteIfExists(directory);
      return;
    }
    TreeRemoval removal = new TreeRemoval(directory);
    removal.toEmpty.add(directory);
    while (!removal.toEmpty.isEmpty()) {
      removal.empty(removal.toEmpty.poll());
    }
    for (Path emptied : removal.toRemove) {
      Files.deleteIfExists(emptied);
    }
    Files.deleteIfExists(directory);
  }

  private void empty(Path directory) throws IOException {
    for (Path entry : entries(directory)) {
      if (!Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
        retry(directory, () -> Files.deleteIfExists(entry));
      } else if (directory.equals(top)) {
        toEmpty.add(entry);
        toRemove.add(entry);
      } else {
        // Without rights on itself a directory cannot be moved either.
        Path place = top.resolve("removed-" + moved++);
        retry(directory, () -> retry(entry, () -> Files.move(entry, place)));
        toEmpty.add(place);
        toRemove.add(place);
      }
    }
  }

  private List<Path> entries(Path directory) throws IOException {
    List<Path> entries = new ArrayList<>();
    retry(
        directory,
        () -> {
          entries.clear();
          try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            stream.forEach(entries::add);
          } catch (DirectoryIteratorException e) {
            throw e.getCause();
          }
        });
    return entries;
  }

  /** Some change to the file system. */
  private interface Step {
    void run() throws IOException;
  }

  /** Does it, if need be after taking back the rights on {@code directory}. */
  private static void retry(Path directory, Step step) throws IOException {
    try {
      step.run();
    } catch (NoSuchFileException gone) {
      // As wished.
    } catch (AccessDeniedException denied) {
      if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
        throw denied;
      }
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
      step.run();
    }
  }
}
