// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import build.please.common.cas.StoreFullException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tells a disk that is full, of which the client is told, from one that is out of order: everything
 * else, as it is. Java has no types for it, only the kernel's words.
 */
final class DiskErrors {
  // A file system that has no room for one more file although it has this much for its bytes has
  // no inodes left.
  private static final long ROOM = 64 * 1024;

  private DiskErrors() {}

  /** What it means that bytes could not be written. */
  static IOException ofBytes(IOException failure) {
    String reason = reason(failure);
    if (reason.contains("No space left")) {
      return full("the disk of the store is full", failure);
    }
    return reason.contains("quota exceeded")
        ? full("the disk quota of the store is used up", failure)
        : failure;
  }

  /**
   * What it means that a name could not be made: of a file, of a directory, by a rename.
   *
   * @param place any directory on that disk
   */
  static IOException ofName(IOException failure, Path place) {
    return reason(failure).contains("No space left") && hasRoom(place)
        ? full("the disk of the store has no inodes left", failure)
        : ofBytes(failure);
  }

  private static String reason(IOException failure) {
    // The message of these holds the name of the file, which may say anything.
    String reason = failure instanceof FileSystemException e ? e.getReason() : failure.getMessage();
    return String.valueOf(reason);
  }

  private static boolean hasRoom(Path place) {
    try {
      return Files.getFileStore(place).getUsableSpace() >= ROOM;
    } catch (IOException unknown) {
      return false;
    }
  }

  private static StoreFullException full(String why, IOException cause) {
    StoreFullException full = new StoreFullException(why);
    full.initCause(cause);
    return full;
  }
}
