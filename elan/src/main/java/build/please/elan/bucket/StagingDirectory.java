// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import build.please.common.cas.StoreFullException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
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
  private static final String NEW = ".new";
  private static final int ATTEMPTS = 5;

  private final Path directory;
  private final Path lockFile;
  private final ProcessLock lock;
  private final AtomicLong files = new AtomicLong();

  private StagingDirectory(Path directory, Path lockFile, ProcessLock lock) {
    this.directory = directory;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /** Makes the directory, below {@code home}, and sweeps those of dead processes. */
  static StagingDirectory open(Path home) throws IOException {
    Path all = Files.createDirectories(home.resolve("tmp"));
    sweep(all);
    for (int attempt = 1; ; attempt++) {
      try {
        return make(all, UUID.randomUUID().toString());
      } catch (NoSuchFileException e) {
        // Another process that starts just now took it for a dead one's.
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private static StagingDirectory make(Path all, String id) throws IOException {
    // Locked before it has its name, so that nobody takes it for a dead process's.
    Path unnamed = all.resolve(id + NEW);
    ProcessLock lock =
        ProcessLock.tryTake(unnamed, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)
            .orElseThrow(() -> new NoSuchFileException(unnamed.toString()));
    Path directory = all.resolve(id);
    try {
      Files.createDirectory(directory);
      Path lockFile = all.resolve(id + LOCK);
      lock.rename(lockFile);
      return new StagingDirectory(directory, lockFile, lock);
    } catch (IOException | RuntimeException e) {
      lock.close();
      Files.deleteIfExists(unnamed);
      Files.deleteIfExists(directory);
      throw e;
    }
  }

  /** A name for a new file. Does not make it. */
  Path newFile() {
    return directory.resolve(Long.toString(files.incrementAndGet()));
  }

  /**
   * That the store is still there: an empty directory in its place, or none, would look as if it
   * had lost every object.
   *
   * @throws IOException if it is not
   */
  void checkThere() throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new IOException("the directory of the store is gone: " + directory);
    }
  }

  /**
   * That the store is there and takes a file, unless it has no room for one.
   *
   * @throws IOException if it is not, or does not
   */
  void probe() throws IOException {
    checkThere();
    Path file = newFile();
    try {
      Files.write(file, new byte[1], StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (IOException e) {
      if (!(DiskErrors.ofName(e, directory) instanceof StoreFullException)) {
        throw e;
      }
    } finally {
      Files.deleteIfExists(file);
    }
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
    int removed = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(all)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (name.endsWith(LOCK)) {
          removed += sweepIfDead(entry, all.resolve(without(name, LOCK)));
        } else if (name.endsWith(NEW)) {
          removed += sweepIfDead(entry, all.resolve(without(name, NEW)));
        } else if (!Files.exists(all.resolve(name + NEW))
            && !Files.exists(all.resolve(name + LOCK))) {
          // Its process died between two steps of making or removing it.
          removed += remove(entry);
        }
      }
    }
    if (removed > 0) {
      log.info("removed {} unfinished files that a killed server left", removed);
    }
  }

  private static String without(String name, String ending) {
    return name.substring(0, name.length() - ending.length());
  }

  private static int sweepIfDead(Path lockFile, Path directory) throws IOException {
    Optional<ProcessLock> taken;
    try {
      taken = ProcessLock.tryTake(lockFile, StandardOpenOption.WRITE);
    } catch (NoSuchFileException sweptByAnother) {
      return 0;
    }
    if (taken.isEmpty()) {
      return 0;
    }
    ProcessLock dead = taken.get();
    try (dead) {
      int removed = remove(directory);
      Files.deleteIfExists(lockFile);
      return removed;
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
    } catch (NotDirectoryException foreign) {
      return 0;
    }
    Files.deleteIfExists(directory);
    return removed;
  }
}
