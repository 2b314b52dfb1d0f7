// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.Digest;
import build.please.common.cas.FileStamp;
import build.please.common.rpc.Threads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Blobs as files, to be linked into input roots: each once for each mode, read-only. What is used
 * least recently goes when they are too many; what an action holds stays.
 *
 * <p>It survives a restart, and a crash at any moment. Since nobody knows what became of a file
 * meanwhile, each is read once more before its first use after a start. Safe for concurrent use.
 */
final class FileCache implements AutoCloseable {
  /** Makes a file with the bytes of a blob. */
  @FunctionalInterface
  interface Maker {
    /**
     * Makes it.
     *
     * @param file does not exist
     * @throws IOException if it cannot be made, or if the bytes are not the blob's; it may be there
     */
    void make(Path file) throws IOException;
  }

  /** Hears how many files of an action were on this machine, and how many were not. */
  @FunctionalInterface
  interface Lookups {
    void count(int hits, int misses);
  }

  private final CacheDirectory directory;
  private final CacheIndex index;
  private final CacheScan scan;
  private final Thread scanner;
  private final Lookups lookups;

  private FileCache(CacheDirectory directory, long maxBytes, Lookups lookups) {
    this.directory = directory;
    this.lookups = lookups;
    index = new CacheIndex(maxBytes);
    scan = new CacheScan(directory, index);
    scanner = Threads.factory("cache-scan").newThread(scan);
  }

  /**
   * Opens the cache in a directory, which is made if it is absent. What is in it is found in the
   * background.
   *
   * @param maxBytes that it takes, but for what running actions hold
   * @throws IOException if it cannot be used, or if another process has it
   */
  static FileCache open(Path directory, long maxBytes) throws IOException {
    return open(directory, maxBytes, (hits, misses) -> {});
  }

  /** As {@link #open(Path, long)}, with somebody who counts. */
  static FileCache open(Path directory, long maxBytes, Lookups lookups) throws IOException {
    FileCache cache = new FileCache(CacheDirectory.open(directory), maxBytes, lookups);
    cache.scanner.start();
    return cache;
  }

  /** Of the files of an action, so many were on this machine, here or in the store. */
  void lookedUp(int hits, int misses) {
    lookups.count(hits, misses);
  }

  /** Where it is, without links. */
  Path directory() {
    return directory.root();
  }

  /** Bytes that its files take. */
  long bytes() {
    return index.bytes();
  }

  Path path(CachedFile file) {
    return directory.path(file);
  }

  /**
   * The file of that form, if there is one and its bytes are right, held until {@link #release}.
   * Blocks for reading it if nobody has since the start.
   */
  Optional<CachedFile> hold(BlobForm form) throws IOException {
    Optional<CachedFile> held = index.hold(CachedFile.named(form));
    if (held.isPresent() && held.get().stamp() == null && !isRight(held.get(), form)) {
      drop(held.get());
      release(held.stream().toList());
      return Optional.empty();
    }
    return held;
  }

  private boolean isRight(CachedFile file, BlobForm form) throws IOException {
    Path path = path(file);
    try {
      FileStamp stamp = FileStamp.of(path);
      if (stamp.permissions() != form.mode().bits() || !Digest.of(path).equals(form.digest())) {
        return false;
      }
      file.found(stamp);
      return true;
    } catch (NoSuchFileException gone) {
      return false;
    }
  }

  /**
   * Adds a file and holds it. If another thread has added the same meanwhile, that one is held.
   *
   * @throws IOException if it cannot be made; nothing is left behind
   */
  CachedFile add(BlobForm form, Maker maker) throws IOException {
    Digest digest = form.digest();
    CachedFile file =
        new CachedFile(digest.hash(), digest.size(), form.mode(), directory.nextNumber());
    Path temporary = directory.temporary(file);
    try {
      maker.make(temporary);
      Files.setPosixFilePermissions(temporary, form.mode().permissions());
      file.found(FileStamp.of(temporary));
      directory.place(file);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
    CachedFile held = index.add(file);
    while (held.stamp() == null) {
      // Found by the scan just now, and never looked at: ours is sure.
      drop(held);
      release(List.of(held));
      held = index.add(file);
    }
    if (held.number() != file.number()) {
      directory.remove(file);
    }
    evict();
    return held;
  }

  /** Removes a file, whoever holds it: it is not to be linked any more. */
  void drop(CachedFile file) {
    if (index.remove(file)) {
      directory.remove(file);
    }
  }

  /** Lets files go that were held, each as often as it is named. */
  void release(Collection<CachedFile> files) {
    index.release(files);
    evict();
  }

  private void evict() {
    List<CachedFile> victims;
    do {
      victims = index.evict();
      victims.forEach(directory::remove);
    } while (!victims.isEmpty());
  }

  /** Blocks until all that earlier runs left is found. */
  void awaitScan() throws InterruptedException {
    scanner.join();
  }

  @Override
  public void close() {
    scan.stop();
    try {
      scanner.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    directory.close();
  }
}
