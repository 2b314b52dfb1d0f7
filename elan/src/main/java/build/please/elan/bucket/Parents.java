// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The directories below a root in which objects lie. Each is made when it is first needed, and not
 * looked for again. Safe for concurrent use.
 */
final class Parents {
  /** Makes the names in a directory safe. */
  @FunctionalInterface
  interface Settle {
    void settle(Path directory) throws IOException;
  }

  private final Path root;
  private final Settle settle;
  private final Set<Path> known = ConcurrentHashMap.newKeySet();

  /**
   * @param root is never made
   * @param settle called for each directory in which one was made, or may have been by another
   */
  Parents(Path root, Settle settle) {
    this.root = root;
    this.settle = settle;
  }

  static Path of(Path file) {
    return Objects.requireNonNull(file.getParent());
  }

  /**
   * Makes a directory below the root, and those between.
   *
   * @throws java.nio.file.NoSuchFileException if there is no root
   */
  void make(Path directory) throws IOException {
    if (directory.equals(root) || known.contains(directory)) {
      return;
    }
    Path parent = of(directory);
    make(parent);
    try {
      Files.createDirectory(directory);
    } catch (FileAlreadyExistsException e) {
      // A link to a directory is as good.
      if (!Files.isDirectory(directory)) {
        throw e;
      }
    }
    settle.settle(parent);
    known.add(directory);
  }

  /** Looks for a directory again when it is next needed, and for those above it. */
  void forget(Path directory) {
    for (Path one = directory; !one.equals(root); one = of(one)) {
      known.remove(one);
    }
  }
}
