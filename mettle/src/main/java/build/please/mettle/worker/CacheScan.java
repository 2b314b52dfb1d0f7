// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what earlier runs left in the cache. Each file can be used as soon as it is found.
 *
 * <p>When a file was last used is told by {@code ctime}, which every link that is made or removed
 * sets.
 */
final class CacheScan implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(CacheScan.class);

  private record Found(CachedFile file, FileTime used) {}

  private final CacheDirectory directory;
  private final CacheIndex index;
  private final List<Found> all = new ArrayList<>();
  private volatile boolean stopped;

  CacheScan(CacheDirectory directory, CacheIndex index) {
    this.directory = directory;
    this.index = index;
  }

  /** Ends it soon. */
  void stop() {
    stopped = true;
  }

  @Override
  public void run() {
    try {
      for (FileMode mode : FileMode.values()) {
        scan(directory.root().resolve(CacheDirectory.name(mode)), mode);
      }
    } catch (IOException | DirectoryIteratorException e) {
      if (!stopped) {
        log.warn("the cache was not found whole: {}", e.toString());
      }
    }
    if (stopped) {
      return;
    }
    all.sort(Comparator.comparing(Found::used));
    index.foundAll(all.stream().map(Found::file).toList());
    log.info("the input cache holds {} files, {} bytes", index.count(), index.bytes());
  }

  private void scan(Path shelf, FileMode mode) throws IOException {
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(shelf)) {
      for (Path part : parts) {
        if (Files.isDirectory(part, LinkOption.NOFOLLOW_LINKS)) {
          scanPart(part, mode);
        }
      }
    }
  }

  private void scanPart(Path part, FileMode mode) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(part)) {
      for (Path file : files) {
        if (stopped) {
          return;
        }
        add(file, mode);
      }
    }
  }

  private void add(Path path, FileMode mode) throws IOException {
    Map<String, Object> attributes;
    try {
      attributes =
          Files.readAttributes(path, "unix:size,ctime,isRegularFile", LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException dropped) {
      return;
    }
    if (!(attributes.get("size") instanceof Long size)
        || !(attributes.get("ctime") instanceof FileTime used)
        || !Boolean.TRUE.equals(attributes.get("isRegularFile"))) {
      return;
    }
    Optional<CachedFile> file = CacheDirectory.parse(path.getFileName(), size, mode);
    if (file.isEmpty()) {
      return; // Whoever put it there may want it.
    }
    if (directory.isOfThisRun(file.get())) {
      return; // Whoever places it tells the index.
    }
    if (index.found(file.get())) {
      all.add(new Found(file.get(), used));
    } else {
      Files.deleteIfExists(path);
    }
  }
}
