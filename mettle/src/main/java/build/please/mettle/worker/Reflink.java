// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import com.sun.jna.Memory;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;

/** Copies that share their blocks, on file systems that have them: btrfs, XFS, bcachefs. */
final class Reflink {
  private static final int OWNER_ONLY = 0600;

  private final Charset fileNames;

  /**
   * @param fileNames how names are encoded
   */
  Reflink(Charset fileNames) {
    this.fileNames = fileNames;
  }

  /**
   * Makes {@code target} a file of its own with the content of {@code source}.
   *
   * @return false if that is not possible here, or fails; there is then no target
   */
  boolean tryClone(Path source, Path target) throws IOException {
    if (!FileCalls.AVAILABLE) {
      return false;
    }
    try (Memory from = FileCalls.path(source, fileNames);
        Memory to = FileCalls.path(target, fileNames)) {
      int in = FileCalls.open(from, FileCalls.O_RDONLY | FileCalls.O_CLOEXEC, 0);
      if (in < 0) {
        return false;
      }
      try {
        int create =
            FileCalls.O_WRONLY | FileCalls.O_CREAT | FileCalls.O_EXCL | FileCalls.O_CLOEXEC;
        int out = FileCalls.open(to, create, OWNER_ONLY);
        if (out < 0) {
          return false;
        }
        boolean cloned;
        try {
          cloned = FileCalls.ioctl(out, FileCalls.FICLONE, in) == 0;
        } finally {
          FileCalls.close(out);
        }
        if (!cloned) {
          Files.delete(target);
        }
        return cloned;
      } finally {
        FileCalls.close(in);
      }
    }
  }
}
