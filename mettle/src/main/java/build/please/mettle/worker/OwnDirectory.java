// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory that belongs to one process for as long as that lives, which a lock on a file beside
 * it tells; so whoever comes later knows what a dead process left. Works across containers, where
 * process ids mean nothing.
 *
 * @param lock held for as long as it is open
 */
record OwnDirectory(Path path, FileChannel lock) {
  private static final Logger log = LoggerFactory.getLogger(OwnDirectory.class);
  private static final String PREFIX = "mettle_worker_";
  private static final String LOCK = ".lock";
  private static final Pattern LOCK_NAME = Pattern.compile(PREFIX + "[0-9a-f]{8}" + LOCK);

  /** Makes one below {@code parent}, which is made if absent. */
  static OwnDirectory create(Path parent) throws IOException {
    Path place = Files.createDirectories(parent).toRealPath();
    Path path = place.resolve(PREFIX + UUID.randomUUID().toString().substring(0, 8));
    // Under this name nobody takes it for a dead one's; it gets its own once it is locked.
    Path file = path.resolveSibling(path.getFileName() + ".new");
    FileChannel lock =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try {
      lock.lock();
      Files.createDirectory(path);
      Files.move(file, lockOf(path));
      return new OwnDirectory(path, lock);
    } catch (IOException e) {
      lock.close();
      throw e;
    }
  }

  /** Those below {@code parent} whose process is dead, now ours. */
  static List<OwnDirectory> ofTheDead(Path parent) throws IOException {
    List<OwnDirectory> dead = new ArrayList<>();
    Path place = Files.createDirectories(parent).toRealPath();
    try (DirectoryStream<Path> locks =
        Files.newDirectoryStream(
            place, entry -> LOCK_NAME.matcher(entry.getFileName().toString()).matches())) {
      for (Path file : locks) {
        take(file, dead);
      }
    }
    return dead;
  }

  private static void take(Path file, List<OwnDirectory> taken) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException removedMeanwhile) {
      return;
    }
    try {
      @Nullable FileLock lock = channel.tryLock();
      if (lock != null) {
        String name = file.getFileName().toString();
        taken.add(
            new OwnDirectory(
                file.resolveSibling(name.substring(0, name.length() - LOCK.length())), channel));
        return;
      }
    } catch (OverlappingFileLockException ours) {
      // Another of this process: alive.
    }
    channel.close();
  }

  /** The last part of its path, which no other has. */
  String name() {
    return path.getFileName().toString();
  }

  /** Gives it up: it goes if nothing is in it, else stays for whoever looks for the dead. */
  void release() {
    if (!lock.isOpen()) {
      return;
    }
    try (lock) {
      Files.deleteIfExists(path);
      Files.deleteIfExists(lockOf(path));
    } catch (DirectoryNotEmptyException e) {
      log.info("{} is not empty, and stays until the next start", path);
    } catch (IOException e) {
      log.warn("cannot remove {}", path, e);
    }
  }

  private static Path lockOf(Path directory) {
    return directory.resolveSibling(directory.getFileName() + LOCK);
  }
}
