// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.Digest;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which actions are being run from this directory, kept where it survives the process: what an
 * earlier process did not take out again is an action that it did not survive. Safe for concurrent
 * use, also by processes that share the directory.
 *
 * <p>It never fails: what cannot be written is not remembered.
 */
final class AttemptJournal implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AttemptJournal.class);

  /** Nobody asks for an action again after that long. */
  static final Duration KEPT = Duration.ofDays(1);

  private final Path directory;
  private final String worker;
  private final String process = UUID.randomUUID().toString();
  private final AtomicLong count = new AtomicLong();

  private AttemptJournal(Path directory, String worker) {
    this.directory = directory;
    this.worker = worker;
  }

  /**
   * Opens the journal at {@code directory}, which exists only while something is in it, and forgets
   * what is old.
   *
   * @param worker who runs what is begun here
   */
  static AttemptJournal open(Path directory, String worker, Instant now) throws IOException {
    AttemptJournal journal = new AttemptJournal(directory, worker);
    for (Path entry : journal.entries("*")) {
      if (Files.getLastModifiedTime(entry).toInstant().isBefore(now.minus(KEPT))) {
        Files.deleteIfExists(entry);
      }
    }
    return journal;
  }

  /** A run, from before it begins until this is closed. */
  interface Entry extends AutoCloseable {
    @Override
    void close();
  }

  Entry begin(String operation) {
    Path entry = directory.resolve(key(operation) + "_" + process + "_" + count.incrementAndGet());
    try {
      Files.createDirectories(directory);
      Files.writeString(entry, worker);
    } catch (IOException e) {
      log.warn("{}: if it ends this worker, nobody will know", operation, e);
    }
    return () -> remove(entry);
  }

  /** The workers that began to run it here and vanished. */
  List<String> vanished(String operation) {
    List<String> workers = new ArrayList<>();
    for (Path entry : others(operation)) {
      try {
        workers.add(Files.readString(entry));
      } catch (IOException goneMeanwhile) {
        log.debug("{}", entry, goneMeanwhile);
      }
    }
    return workers;
  }

  /** Begins anew with it. */
  void forget(String operation) {
    others(operation).forEach(AttemptJournal::remove);
  }

  /** To be called when nothing runs any more. What earlier processes left stays. */
  @Override
  public void close() {
    try {
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      log.debug("the journal stays", e);
    }
  }

  /** Those of other processes. */
  private List<Path> others(String operation) {
    try {
      return entries(key(operation) + "_*").stream()
          .filter(entry -> !entry.getFileName().toString().contains(process))
          .toList();
    } catch (IOException e) {
      log.warn("{}: cannot see who ran it", operation, e);
      return List.of();
    }
  }

  private List<Path> entries(String glob) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, glob)) {
      entries.forEach(found::add);
    } catch (NoSuchFileException empty) {
      log.debug("{} is empty", directory);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return found;
  }

  private static void remove(Path entry) {
    try {
      Files.deleteIfExists(entry);
    } catch (IOException e) {
      log.warn("cannot remove {}", entry, e);
    }
  }

  /** Names of operations come from afar. */
  private static String key(String operation) {
    return Digest.of(ByteString.copyFromUtf8(operation)).hash();
  }
}
