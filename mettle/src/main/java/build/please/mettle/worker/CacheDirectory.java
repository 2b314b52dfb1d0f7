// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cache on disk: {@code plain/ab/HASH.N} and {@code executable/ab/HASH.N}, where N is never
 * used twice, so that whoever removes a file cannot meet a newer one. Files get there by a rename
 * from {@code tmp/}. One process has it at a time. Safe for concurrent use.
 */
final class CacheDirectory implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CacheDirectory.class);
  private static final int HASH = 64;

  /** Files that one run may make. */
  private static final int RUN_BITS = 40;

  private final Path root;
  private final FileChannel lock;
  private final long run;
  private final AtomicLong next;

  private CacheDirectory(Path root, FileChannel lock, long run) {
    this.root = root;
    this.lock = lock;
    this.run = run;
    this.next = new AtomicLong((run << RUN_BITS) + 1);
  }

  /**
   * Takes the directory, which is made if it is absent, and sweeps what a killed process was about
   * to write.
   *
   * @throws IOException if it cannot be used, or if another process has it
   */
  @SuppressWarnings("StreamResourceLeak") // Closed by close().
  static CacheDirectory open(Path directory) throws IOException {
    Files.createDirectories(directory);
    Path root = directory.toRealPath();
    FileChannel lock =
        FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (!isTaken(lock)) {
        throw new FileSystemException(root.toString(), null, "in use by another process");
      }
      for (FileMode mode : FileMode.values()) {
        Files.createDirectories(root.resolve(name(mode)));
      }
      Path temporary = Files.createDirectories(root.resolve("tmp"));
      try (DirectoryStream<Path> left = Files.newDirectoryStream(temporary)) {
        for (Path file : left) {
          Files.delete(file);
        }
      }
      return new CacheDirectory(root, lock, nextRun(root.resolve("run")));
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static boolean isTaken(FileChannel lock) throws IOException {
    try {
      return lock.tryLock() != null;
    } catch (OverlappingFileLockException thisProcess) {
      return false;
    }
  }

  /** Counts the runs. If the count is lost, names may come again, but only those of equal blobs. */
  private static long nextRun(Path file) throws IOException {
    long run = 1;
    try {
      run = Long.parseLong(Files.readString(file).strip()) + 1;
    } catch (NoSuchFileException first) {
      // Then it is 1.
    } catch (NumberFormatException damaged) {
      log.warn("{} cannot be read; counting from 1 again", file);
    }
    Path whole = file.resolveSibling("run.new");
    Files.writeString(whole, Long.toString(run));
    Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    return run;
  }

  Path root() {
    return root;
  }

  long nextNumber() {
    return next.getAndIncrement();
  }

  /** Whether this process made it. */
  boolean isOfThisRun(CachedFile file) {
    return file.number() >> RUN_BITS == run;
  }

  /** Where a file is written before it gets its name. Does not make it. */
  Path temporary(CachedFile file) {
    return root.resolve("tmp/" + file.number());
  }

  Path path(CachedFile file) {
    String hash = file.hash();
    return root.resolve(
        name(file.mode()) + "/" + hash.substring(0, 2) + "/" + hash + "." + file.number());
  }

  /** Gives a whole file its name. */
  void place(CachedFile file) throws IOException {
    Path path = path(file);
    try {
      Files.move(temporary(file), path, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      Files.createDirectories(Objects.requireNonNull(path.getParent()));
      Files.move(temporary(file), path, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** Removes a file if it is there. That it cannot be removed is the next start's affair. */
  void remove(CachedFile file) {
    try {
      Files.deleteIfExists(path(file));
    } catch (IOException e) {
      log.warn("cannot remove from the cache: {}", e.toString());
    }
  }

  static String name(FileMode mode) {
    return mode == FileMode.PLAIN ? "plain" : "executable";
  }

  /** What the name and length of a file say that it is; empty if that is nothing of ours. */
  static Optional<CachedFile> parse(@Nullable Path name, long size, FileMode mode) {
    String text = String.valueOf(name);
    if (text.length() < HASH + 2 || text.charAt(HASH) != '.') {
      return Optional.empty();
    }
    try {
      long number = Long.parseLong(text.substring(HASH + 1));
      return Optional.of(new CachedFile(text.substring(0, HASH), size, mode, number));
    } catch (NumberFormatException foreign) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      log.warn("cannot give the cache back: {}", e.toString());
    }
  }
}
