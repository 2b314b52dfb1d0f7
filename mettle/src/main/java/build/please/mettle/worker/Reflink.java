// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;

/** Copies that share their blocks, on file systems that have them: btrfs, XFS, bcachefs. */
@SuppressWarnings("MemberName")
final class Reflink {
  private static final long FICLONE = 0x40049409;
  private static final int O_RDONLY = 0;
  private static final int O_WRONLY = 1;
  private static final int O_CREAT = 0100;
  private static final int O_EXCL = 0200;
  private static final int O_CLOEXEC = 02000000;
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
    if (!Calls.LOADED) {
      return false;
    }
    try (Memory from = path(source);
        Memory to = path(target)) {
      int in = Calls.open(from, O_RDONLY | O_CLOEXEC, 0);
      if (in < 0) {
        return false;
      }
      try {
        int out = Calls.open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, OWNER_ONLY);
        if (out < 0) {
          return false;
        }
        boolean cloned;
        try {
          cloned = Calls.ioctl(out, FICLONE, in) == 0;
        } finally {
          Calls.close(out);
        }
        if (!cloned) {
          Files.delete(target);
        }
        return cloned;
      } finally {
        Calls.close(in);
      }
    }
  }

  private Memory path(Path path) {
    return CStrings.terminated(path.toString().getBytes(fileNames));
  }

  /** The C library, where there is one that can be called. */
  private static final class Calls {
    static final boolean LOADED = load();

    private static boolean load() {
      try {
        Native.register(Calls.class, "c");
        return com.sun.jna.Platform.isLinux() && com.sun.jna.Platform.is64Bit();
      } catch (LinkageError e) {
        return false;
      }
    }

    static native int open(Pointer path, int flags, int mode);

    static native int ioctl(int fd, long request, int argument);

    static native int close(int fd);
  }
}
