// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.FileStamp;
import com.sun.jna.Memory;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Gives output files to a store that keeps files on the same disk, which renames them instead of
 * copying. Safe for concurrent use.
 *
 * <p>Such a file must not be one that somebody can still write to: a process that was left behind
 * may hold it open, and the action may have given it a second name. So it becomes read-only, then
 * the kernel is asked whether anybody has it open for writing, and only then its bytes are hashed.
 * The question is a lease (fcntl(2)), which the kernel grants to readers only while there is no
 * writer, mapped memory included. Who comes after that comes by the name, and could do the same to
 * any file of the store.
 */
final class Adoption {
  private final BlobStore blobs;
  private final Charset fileNames;

  /** Whether the store has taken no file from us: then it never does. */
  private final AtomicBoolean refused = new AtomicBoolean(!FileCalls.AVAILABLE);

  /**
   * @param fileNames how names are encoded
   */
  Adoption(BlobStore blobs, Charset fileNames) {
    this.blobs = blobs;
    this.fileNames = fileNames;
  }

  /**
   * Gives a file away if that is safe and possible.
   *
   * @return whether the store has the blob now, and the name is gone; if not, the file is where it
   *     was, perhaps read-only
   */
  boolean tryGive(Digest digest, Path file) throws IOException {
    if (refused.get()) {
      return false;
    }
    try (Memory path = FileCalls.path(file, fileNames)) {
      // Not to block on what has become a pipe.
      int flags =
          FileCalls.O_RDONLY | FileCalls.O_NOFOLLOW | FileCalls.O_NONBLOCK | FileCalls.O_CLOEXEC;
      int fd = FileCalls.open(path, flags, 0);
      if (fd < 0) {
        return false;
      }
      try {
        return isSealed(fd, file, digest) && give(digest, file);
      } finally {
        FileCalls.close(fd);
      }
    }
  }

  private boolean give(Digest digest, Path file) throws IOException {
    boolean taken = blobs.adopt(digest, file);
    if (!taken) {
      refused.set(true);
    }
    return taken;
  }

  private static boolean isSealed(int fd, Path file, Digest digest) throws IOException {
    FileStamp named = FileStamp.of(file);
    // A path that leads to the very file that is open, whatever its name is by now.
    Path open = Path.of("/proc/self/fd/" + fd);
    return named.isRegularFile()
        && named.size() == digest.size()
        && isOnlyName(file, named, open)
        && FileCalls.fchmod(fd, FileMode.PLAIN.bits()) == 0
        && !hasWriters(fd)
        && Digest.of(open).equals(digest)
        && FileStamp.of(file).isSameFile(named);
  }

  private static boolean isOnlyName(Path file, FileStamp named, Path open) throws IOException {
    return Files.getAttribute(open, "unix:ino").equals(named.inode())
        && Files.getAttribute(open, "unix:dev").equals(named.device())
        && Integer.valueOf(1)
            .equals(Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS));
  }

  /** Whether anybody has it open for writing, or that cannot be told. */
  private static boolean hasWriters(int fd) {
    // While the lease is ours, who opens it for writing has a signal sent to us; by default one
    // that would end this process.
    if (FileCalls.fcntl(fd, FileCalls.F_SETSIG, FileCalls.SIGURG) != 0
        || FileCalls.fcntl(fd, FileCalls.F_SETLEASE, FileCalls.F_RDLCK) != 0) {
      return true;
    }
    return FileCalls.fcntl(fd, FileCalls.F_SETLEASE, FileCalls.F_UNLCK) != 0;
  }
}
