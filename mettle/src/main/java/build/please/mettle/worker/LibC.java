// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;

/**
 * The functions of the C library that we call, by JNA's direct mapping. Names and constants are C's
 * own, those of 64-bit Linux on x86 and ARM alike.
 *
 * <p>Loading the class throws a {@link LinkageError} that names the function if the library lacks
 * one: {@code addchdir_np} came with glibc 2.29, {@code addclosefrom_np} with 2.34.
 */
@SuppressWarnings("MemberName")
final class LibC {
  static final int ENOENT = 2;
  static final int ESRCH = 3;
  static final int EINTR = 4;
  static final int E2BIG = 7;
  static final int ENOEXEC = 8;
  static final int EACCES = 13;
  static final int ENOTDIR = 20;
  static final int ETXTBSY = 26;
  static final int ENAMETOOLONG = 36;
  static final int ELOOP = 40;
  static final int ELIBBAD = 80;

  static final int O_RDONLY = 0;
  static final int O_WRONLY = 1;
  static final int O_CREAT = 0100;
  static final int O_APPEND = 02000;

  static final short POSIX_SPAWN_SETSIGDEF = 0x04;
  static final short POSIX_SPAWN_SETSIGMASK = 0x08;
  static final short POSIX_SPAWN_SETSID = 0x80;

  static final int P_PID = 1;
  static final int WEXITED = 4;
  static final int WNOWAIT = 0x01000000;

  /** Bytes that are enough for each of C's structures here; the largest takes 336. */
  static final int STRUCT_BYTES = 512;

  static {
    Native.register(LibC.class, "c");
  }

  private LibC() {}

  static native int posix_spawn(
      IntByReference pid,
      Pointer path,
      Pointer actions,
      Pointer attributes,
      Pointer arguments,
      Pointer environment);

  static native int posix_spawn_file_actions_init(Pointer actions);

  static native int posix_spawn_file_actions_destroy(Pointer actions);

  static native int posix_spawn_file_actions_addopen(
      Pointer actions, int fd, Pointer path, int flags, int mode);

  static native int posix_spawn_file_actions_addclosefrom_np(Pointer actions, int from);

  static native int posix_spawn_file_actions_addchdir_np(Pointer actions, Pointer path);

  static native int posix_spawnattr_init(Pointer attributes);

  static native int posix_spawnattr_destroy(Pointer attributes);

  static native int posix_spawnattr_setflags(Pointer attributes, short flags);

  static native int posix_spawnattr_setsigmask(Pointer attributes, Pointer set);

  static native int posix_spawnattr_setsigdefault(Pointer attributes, Pointer set);

  static native int sigemptyset(Pointer set);

  static native int sigfillset(Pointer set);

  static native int waitid(int type, int id, Pointer info, int options);

  static native int wait4(int pid, IntByReference status, int options, Pointer usage);

  static native int kill(int pid, int signal);

  static native int umask(int mask);

  static native int symlink(Pointer target, Pointer path);

  static native String strerror(int error);
}
