// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.FileStamp;
import com.sun.jna.Memory;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * Knows whether anybody has a file open for writing while it watches, mapped memory included: the
 * kernel gives a lease (fcntl(2)) to readers only while there is no writer, and takes it away when
 * one comes. Nobody is kept waiting for long, so it is not to be held for longer than a file takes
 * to be read. For one thread.
 */
final class WriteWatch implements AutoCloseable {
  /**
   * How old a file's time must be for a later write to change it: the kernel's own clock for this
   * goes in steps, of ten milliseconds at most.
   */
  private static final Duration STEP = Duration.ofMillis(20);

  private final Path file;
  private final int fd;
  private final FileStamp before;

  private WriteWatch(Path file, int fd, FileStamp before) {
    this.file = file;
    this.fd = fd;
    this.before = before;
  }

  /**
   * Begins to watch a regular file; a link is none.
   *
   * @return empty if it cannot be watched, or somebody has it open for writing
   */
  static Optional<WriteWatch> open(Path file, Charset fileNames) throws IOException {
    if (!FileCalls.AVAILABLE) {
      return Optional.empty();
    }
    int fd;
    try (Memory path = FileCalls.path(file, fileNames)) {
      // Not to block on what has become a pipe.
      fd =
          FileCalls.open(
              path,
              FileCalls.O_RDONLY
                  | FileCalls.O_NOFOLLOW
                  | FileCalls.O_NONBLOCK
                  | FileCalls.O_CLOEXEC,
              0);
    }
    if (fd < 0) {
      return Optional.empty();
    }
    try {
      // Who opens it for writing has a signal sent to us; by default one that would end us.
      if (FileCalls.fcntl(fd, FileCalls.F_SETSIG, FileCalls.SIGURG) == 0
          && FileCalls.fcntl(fd, FileCalls.F_SETLEASE, FileCalls.F_RDLCK) == 0) {
        WriteWatch watch = new WriteWatch(file, fd, FileStamp.of(file));
        if (watch.before.isRegularFile()
            && watch.isOf(
                Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS))) {
          fd = -1;
          return Optional.of(watch);
        }
      }
      return Optional.empty();
    } finally {
      if (fd >= 0) {
        FileCalls.close(fd);
      }
    }
  }

  /** A path that leads to the very file that is watched, whatever its name is by now. */
  Path open() {
    return Path.of("/proc/self/fd/" + fd);
  }

  /** What it looked like in the beginning. */
  FileStamp before() {
    return before;
  }

  /** Whether it is the file that these are of. */
  boolean isOf(BasicFileAttributes attributes) throws IOException {
    return Objects.equals(
        attributes.fileKey(), Files.readAttributes(open(), BasicFileAttributes.class).fileKey());
  }

  /** Whether nobody has come so far. */
  boolean holds() {
    return FileCalls.fcntl(fd, FileCalls.F_GETLEASE, 0) == FileCalls.F_RDLCK;
  }

  /** Sets its permissions, and says whether that was possible. */
  boolean chmod(FileMode mode) {
    return FileCalls.fchmod(fd, mode.bits()) == 0;
  }

  /**
   * What it looks like, if nobody has written to it since we began, and whoever will do so changes
   * that.
   */
  Optional<FileStamp> seen(Instant now) throws IOException {
    FileStamp stamp = FileStamp.of(file);
    return holds() && stamp.equals(before) && isSettled(stamp, now)
        ? Optional.of(stamp)
        : Optional.empty();
  }

  static boolean isSettled(FileStamp stamp, Instant now) {
    Instant modified = Instant.ofEpochSecond(0, stamp.modifiedNanos());
    return Duration.between(modified, now).compareTo(STEP) >= 0;
  }

  @Override
  public void close() {
    FileCalls.close(fd);
  }
}
