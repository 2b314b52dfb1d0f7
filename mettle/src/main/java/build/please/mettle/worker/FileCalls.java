// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.nio.charset.Charset;
import java.nio.file.Path;

/**
 * What Linux can do with files and Java does not offer. Names and constants are C's own, those of
 * 64-bit Linux on x86 and ARM alike. Nothing else may be called where it is not {@link #AVAILABLE}.
 */
@SuppressWarnings("MemberName")
final class FileCalls {
  static final int O_RDONLY = 0;
  static final int O_WRONLY = 1;
  static final int O_CREAT = 0100;
  static final int O_EXCL = 0200;
  static final int O_NONBLOCK = 04000;
  static final int O_CLOEXEC = 02000000;

  /** A number of its own on ARM. */
  static final int O_NOFOLLOW = Platform.isARM() ? 0100000 : 0400000;

  static final long FICLONE = 0x40049409;
  static final int F_SETSIG = 10;
  static final int F_SETLEASE = 1024;
  static final int F_GETLEASE = 1025;
  static final long F_RDLCK = 0;
  static final long F_UNLCK = 2;

  /** A signal that does nothing to whom it hits unprepared. */
  static final long SIGURG = 23;

  static final boolean AVAILABLE = load();

  private FileCalls() {}

  private static boolean load() {
    try {
      Native.register(FileCalls.class, "c");
      return Platform.isLinux() && Platform.is64Bit();
    } catch (LinkageError e) {
      return false;
    }
  }

  /** A path as C takes it, which the caller frees. */
  static Memory path(Path path, Charset fileNames) {
    return CStrings.terminated(path.toString().getBytes(fileNames));
  }

  static native int open(Pointer path, int flags, int mode);

  static native int ioctl(int fd, long request, int argument);

  static native int fcntl(int fd, int command, long argument);

  static native int fchmod(int fd, int mode);

  static native int close(int fd);
}
