// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A shelf on which a file with a name survives a power cut. Who asks for a file of which that is
 * not sure yet waits.
 */
final class DurableShelf extends Shelf {
  private final DirectorySync directories;
  private final Unsettled unsettled = new Unsettled();

  DurableShelf(Parents parents, DirectorySync directories) {
    super(parents);
    this.directories = directories;
  }

  @Override
  void settle(FileChannel file) throws IOException {
    // Each file by itself: the journal of the file system joins what comes together.
    file.force(true);
  }

  /**
   * {@inheritDoc} If the name could not be forced to disk, the file is gone too, unless one of that
   * name and size was there before.
   */
  @Override
  void place(Path temporary, Path target, long size) throws IOException {
    unsettled.begin(target, size);
    boolean settled = false;
    try {
      rename(temporary, target);
      unsettled.replaced(target);
      directories.force(Parents.of(target));
      settled = true;
    } finally {
      if (settled) {
        unsettled.settled(target);
      } else {
        unsettled.failed(target);
      }
    }
  }

  @Override
  boolean isDurable() {
    return true;
  }

  @Override
  void await(Path target) {
    unsettled.await(target);
  }
}
