// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.FileStamp;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Gives output files to a store that keeps files on the same disk, which renames them instead of
 * copying. Safe for concurrent use.
 *
 * <p>Such a file must not be one that somebody can still write to: a process that was left behind
 * may hold it open, and the action may have given it a second name. So it becomes read-only while
 * the kernel says that nobody has it open for writing, and its bytes are hashed, unless they were
 * hashed before under the same watch and its stamp has stayed. Who comes after that comes by the
 * name, and could do the same to any file of the store.
 */
final class Adoption {
  /** To hash less than this again is as cheap as to watch. */
  private static final long WORTH_A_WATCH = 1 << 16;

  private final BlobStore blobs;
  private final Charset fileNames;
  private final Clock clock;

  /** Whether the store has taken no file from us: then it never does. */
  private final AtomicBoolean refused = new AtomicBoolean(!FileCalls.AVAILABLE);

  /**
   * @param fileNames how names are encoded
   * @param clock of the machine
   */
  Adoption(BlobStore blobs, Charset fileNames, Clock clock) {
    this.blobs = blobs;
    this.fileNames = fileNames;
    this.clock = clock;
  }

  /** Watches over a file while it is hashed, if that spares doing so again. */
  Optional<WriteWatch> watch(Path file, long size) throws IOException {
    return refused.get() || size < WORTH_A_WATCH
        ? Optional.empty()
        : WriteWatch.open(file, fileNames);
  }

  /**
   * What a file looks like whose bytes were just read, if it was the one that was watched and they
   * cannot have changed unnoticed meanwhile.
   *
   * @param read of the file that was read
   */
  Optional<FileStamp> seen(WriteWatch watch, PosixFileAttributes read) throws IOException {
    return watch.isOf(read) ? watch.seen(clock.instant()) : Optional.empty();
  }

  /**
   * Gives a file away if that is safe and possible.
   *
   * @param seen what the file looked like when its bytes were right, if that is known
   * @return whether the store has the blob now, and the name is gone; if not, the file is where it
   *     was, perhaps read-only
   */
  boolean tryGive(Digest digest, Path file, Optional<FileStamp> seen) throws IOException {
    if (refused.get()) {
      return false;
    }
    Optional<WriteWatch> opened = WriteWatch.open(file, fileNames);
    if (opened.isEmpty()) {
      return false;
    }
    try (WriteWatch watch = opened.get()) {
      if (!isSealed(watch, file, digest, seen)) {
        return false;
      }
      boolean taken = blobs.adopt(digest, file);
      if (!taken) {
        refused.set(true);
      } else if (WriteWatch.isSettled(watch.before(), clock.instant())) {
        blobs.vouch(digest, watch.before().withPermissions(FileMode.PLAIN.bits()));
      }
      return taken;
    }
  }

  private static boolean isSealed(
      WriteWatch watch, Path file, Digest digest, Optional<FileStamp> seen) throws IOException {
    FileStamp named = watch.before();
    return named.size() == digest.size()
        && isOnlyName(file, named, watch.open())
        && watch.chmod(FileMode.PLAIN)
        && (seen.equals(Optional.of(named)) || Digest.of(watch.open()).equals(digest))
        && watch.holds()
        && FileStamp.of(file).equals(named.withPermissions(FileMode.PLAIN.bits()));
  }

  private static boolean isOnlyName(Path file, FileStamp named, Path open) throws IOException {
    return Files.getAttribute(open, "unix:ino").equals(named.inode())
        && Files.getAttribute(open, "unix:dev").equals(named.device())
        && Integer.valueOf(1)
            .equals(Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS));
  }
}
