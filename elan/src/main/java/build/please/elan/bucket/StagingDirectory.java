// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where one process puts files that are not whole yet: {@code HOME/tmp/ID/}, on the file system of
 * the store.
 *
 * <p>Beside it lies {@code ID.lock}, which the process holds locked for as long as it lives.
 * Whoever finds such a lock free knows that its process is dead and sweeps what it left. Safe for
 * concurrent use.
 */
final class StagingDirectory implements AutoCloseable {
  static final Set<PosixFilePermission> READ_ONLY = PosixFilePermissions.fromString("r--r--r--");

  private static final Logger log = LoggerFactory.getLogger(StagingDirectory.class);
  private static final String LOCK = ".lock";

  private final Path home;
  private final Path directory;
  private final Path lockFile;
  private final FileChannel lock;
  private final AtomicLong files = new AtomicLong();

  private StagingDirectory(Path home, Path directory, Path lockFile, FileChannel lock) {
    this.home = home;
    this.directory = directory;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /** Makes the directory, below {@code home}, and sweeps those of dead processes. */
  static StagingDirectory open(Path home) throws IOException {
    Path all = Files.createDirectories(home.resolve("tmp"));
    sweep(all);
    String id = UUID.randomUUID().toString();
    // Locked before it has its name, so that nobody takes it for a dead process's.
    Path unnamed = all.resolve(id + ".new");
    Path lockFile = all.resolve(id + LOCK);
    FileChannel lock =
        FileChannel.open(unnamed, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try {
      lock.lock();
      Path directory = Files.createDirectory(all.resolve(id));
      Files.move(unnamed, lockFile, StandardCopyOption.ATOMIC_MOVE);
      return new StagingDirectory(home, directory, lockFile, lock);
    } catch (IOException | RuntimeException e) {
      lock.close();
      Files.deleteIfExists(unnamed);
      throw e;
    }
  }

  /** The directory that holds this one and other things that are no objects. */
  Path home() {
    return home;
  }

  /** A name for a new file. Does not make it. */
  Path newFile() {
    return directory.resolve(Long.toString(files.incrementAndGet()));
  }

  /** Removes the directory and whatever is still in it. */
  @Override
  public void close() throws IOException {
    try (lock) {
      remove(directory);
      Files.deleteIfExists(lockFile);
    }
  }

  private static void sweep(Path all) throws IOException {
    try (DirectoryStream<Path> locks = Files.newDirectoryStream(all, "*" + LOCK)) {
      for (Path lockFile : locks) {
        String name = lockFile.getFileName().toString();
        sweepIfDead(lockFile, all.resolve(name.substring(0, name.length() - LOCK.length())));
      }
    }
  }

  private static void sweepIfDead(Path lockFile, Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
        @Nullable FileLock taken = channel.tryLock()) {
      if (taken == null) {
        return;
      }
      int removed = remove(directory);
      Files.deleteIfExists(lockFile);
      if (removed > 0) {
        log.info("removed {} unfinished files that a killed server left", removed);
      }
    } catch (NoSuchFileException | OverlappingFileLockException e) {
      // Another process swept it first, or it is this process's own, in another bucket.
    }
  }

  private static int remove(Path directory) throws IOException {
    int removed = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
        removed++;
      }
    } catch (NoSuchFileException gone) {
      return removed;
    }
    Files.deleteIfExists(directory);
    return removed;
  }
}
