// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Where files that are whole get their names, below one directory. Safe for concurrent use.
 *
 * <p>This one leaves it to the kernel when they reach the disk; {@link DurableShelf} waits for it.
 */
sealed class Shelf permits DurableShelf {
  private final Parents parents;

  Shelf(Parents parents) {
    this.parents = parents;
  }

  /** Before a file gets its name: its bytes. */
  void settle(FileChannel file) throws IOException {
    // Nothing: a killed process loses none.
  }

  /**
   * Gives a file its name, in place of an older one's.
   *
   * @param size of the file, in bytes
   * @throws IOException if it has no new name and the older one is where it was
   */
  void place(Path temporary, Path target, long size) throws IOException {
    rename(temporary, target);
  }

  /** Whether {@link #await} may have to wait, and files may go away meanwhile. */
  boolean isDurable() {
    return false;
  }

  /** Before somebody is told of a file: until it is as safe as it will be. */
  void await(Path target) {
    // It is that at once.
  }

  final void rename(Path temporary, Path target) throws IOException {
    Path parent = Parents.of(target);
    try {
      parents.make(parent);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      if (!Files.exists(temporary)) {
        // The whole store went, and is not ours to make again.
        throw e;
      }
      parents.forget(parent);
      parents.make(parent);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    }
  }
}
