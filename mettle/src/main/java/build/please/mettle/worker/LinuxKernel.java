// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.MalformedException;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Linux, through its C library. Starting a program costs what it costs in C, errors of {@code exec}
 * come back as numbers, and neither the JVM's open files nor its signal mask reach the child, as
 * they would by {@code posix_spawn} alone.
 */
final class LinuxKernel implements Kernel {
  /** Errors that a program causes itself: it is not there, or not a program (CMD-22). */
  private static final Set<Integer> PROGRAM_ERRORS =
      Set.of(
          LibC.ENOENT,
          LibC.E2BIG,
          LibC.ENOEXEC,
          LibC.EACCES,
          LibC.ENOTDIR,
          LibC.ENAMETOOLONG,
          LibC.ELOOP,
          LibC.ELIBBAD);

  private static final int BUSY_TRIES = 50;
  private static final long BUSY_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  /** What files that commands make are not, whoever started the worker. */
  private static final int UMASK = 022;

  private final Charset fileNames;
  private final boolean strict;

  /**
   * @throws LinkageError if this is no Linux that we know, or if its C library lacks a function
   */
  LinuxKernel(Charset fileNames) {
    this.fileNames = fileNames;
    if (!com.sun.jna.Platform.isLinux() || !com.sun.jna.Platform.is64Bit()) {
      throw new UnsatisfiedLinkError("not a 64-bit Linux");
    }
    // Loads the library now, and not in the middle of the first action (J4).
    LibC.kill(0, 0);
    strict = restrictOurselves() != UMASK;
  }

  /**
   * Has children inherit the right mask, or one that denies more: ours is everybody's in this
   * process, and whoever started it with a strict one meant that.
   *
   * @return what they inherit
   */
  private static int restrictOurselves() {
    int given = LibC.umask(077);
    LibC.umask(given | UMASK);
    return given | UMASK;
  }

  @Override
  public Child spawn(Launch launch) throws IOException {
    return start(strict ? ByShell.of(launch, ByShell.UMASK) : launch);
  }

  private Child start(Launch launch) throws IOException {
    try (Memory actions = new Memory(LibC.STRUCT_BYTES);
        Memory attributes = new Memory(LibC.STRUCT_BYTES)) {
      check("file actions", LibC.posix_spawn_file_actions_init(actions));
      try {
        check("spawn attributes", LibC.posix_spawnattr_init(attributes));
        try {
          return spawn(launch, actions, attributes);
        } finally {
          LibC.posix_spawnattr_destroy(attributes);
        }
      } finally {
        LibC.posix_spawn_file_actions_destroy(actions);
      }
    }
  }

  private Child spawn(Launch launch, Pointer actions, Pointer attributes) throws IOException {
    setAttributes(attributes);
    try (Memory nothing = text("/dev/null");
        Memory stdout = path(launch.stdout());
        Memory stderr = path(launch.stderr());
        Memory report = path(launch.report().orElse(launch.stdout()));
        Memory directory = path(launch.directory());
        Memory program = path(launch.program());
        CStrings arguments = new CStrings(launch.arguments());
        CStrings environment = new CStrings(assignments(launch))) {
      open(actions, 0, nothing, LibC.O_RDONLY);
      open(actions, 1, stdout, LibC.O_WRONLY | LibC.O_APPEND);
      open(actions, 2, stderr, LibC.O_WRONLY | LibC.O_APPEND);
      check("closefrom", LibC.posix_spawn_file_actions_addclosefrom_np(actions, 3));
      if (launch.report().isPresent()) {
        open(actions, Launch.REPORT, report, LibC.O_WRONLY | LibC.O_CREAT | LibC.O_APPEND);
      }
      check("chdir", LibC.posix_spawn_file_actions_addchdir_np(actions, directory));
      IntByReference pid = new IntByReference();
      int error = 0;
      for (int tries = 0; tries < BUSY_TRIES; tries++) {
        error =
            LibC.posix_spawn(
                pid, program, actions, attributes, arguments.pointers(), environment.pointers());
        if (error != LibC.ETXTBSY) {
          break;
        }
        // Another thread's child still holds the file open as it was written here (J11).
        LockSupport.parkNanos(BUSY_PAUSE_NANOS);
      }
      if (PROGRAM_ERRORS.contains(error)) {
        throw new MalformedException(
            "cannot run " + launch.arguments().get(0) + ": " + LibC.strerror(error));
      }
      check("start " + launch.arguments().get(0), error);
      return new LinuxChild(pid.getValue());
    }
  }

  /**
   * A session of its own makes a group as well; to ask for both fails. JVM threads block SIGQUIT,
   * and whoever started the JVM may have it ignore others: the child inherits neither.
   */
  private static void setAttributes(Pointer attributes) throws IOException {
    try (Memory set = new Memory(LibC.STRUCT_BYTES)) {
      LibC.sigemptyset(set);
      check("signal mask", LibC.posix_spawnattr_setsigmask(attributes, set));
      LibC.sigfillset(set);
      check("signal defaults", LibC.posix_spawnattr_setsigdefault(attributes, set));
    }
    short flags =
        LibC.POSIX_SPAWN_SETSID | LibC.POSIX_SPAWN_SETSIGMASK | LibC.POSIX_SPAWN_SETSIGDEF;
    check("spawn flags", LibC.posix_spawnattr_setflags(attributes, flags));
  }

  @Override
  public void signal(long pid, Signal signal) {
    LibC.kill((int) pid, signal.number());
  }

  @Override
  public void signalGroup(long leader, Signal signal) {
    LibC.kill((int) -leader, signal.number());
  }

  @Override
  public void symlink(String target, Path link) throws IOException {
    try (Memory text = text(target);
        Memory path = path(link)) {
      if (LibC.symlink(text, path) != 0) {
        check("make link " + link.getFileName(), Native.getLastError());
      }
    }
  }

  private static void open(Pointer actions, int fd, Pointer path, int flags) throws IOException {
    check("open", LibC.posix_spawn_file_actions_addopen(actions, fd, path, flags, 0600));
  }

  private static List<String> assignments(Launch launch) {
    List<String> assignments = new ArrayList<>();
    launch.environment().forEach((name, value) -> assignments.add(name + "=" + value));
    return assignments;
  }

  private Memory path(Path path) {
    return CStrings.terminated(path.toString().getBytes(fileNames));
  }

  private static Memory text(String text) {
    return CStrings.terminated(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void check(String what, int error) throws IOException {
    if (error != 0) {
      throw new IOException("cannot " + what + ": " + LibC.strerror(error));
    }
  }
}
