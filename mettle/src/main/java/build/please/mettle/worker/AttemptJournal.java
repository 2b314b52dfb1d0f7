// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.Digest;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which actions are being run from this directory, kept where it survives the process: what an
 * earlier process did not take out again is an action that it did not survive. Safe for concurrent
 * use, also by processes that share the directory.
 *
 * <p>Each process has as many files as it ever ran actions at the same time, and writes over them:
 * to make and to remove a file, and to list those of others, costs more than all else here.
 *
 * <p>It never fails: what cannot be written is not remembered.
 */
final class AttemptJournal implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AttemptJournal.class);

  /** Nobody asks for an action again after that long. */
  static final Duration KEPT = Duration.ofDays(1);

  /** What a file says first while nothing runs. */
  private static final byte[] IDLE = {'-'};

  private static final Set<OpenOption> THERE = Set.of(StandardOpenOption.WRITE);
  private static final Set<OpenOption> ANEW =
      Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE);

  private static final int KEY_BYTES = 64;

  /** A directory may change twice between two steps of the kernel's clock. */
  private static final long STEP_MILLIS = 50;

  private final Path directory;
  private final String worker;
  private final String process = UUID.randomUUID().toString();
  private final AtomicLong count = new AtomicLong();
  private final Queue<Path> idle = new ConcurrentLinkedQueue<>();
  private final Map<Path, Seen> seen = new ConcurrentHashMap<>();
  private volatile Listing listing = Listing.NONE;

  private AttemptJournal(Path directory, String worker) {
    this.directory = directory;
    this.worker = worker;
  }

  /**
   * Other processes' files.
   *
   * @param modified when the directory was changed last
   * @param since when we first saw that, as {@link System#nanoTime}
   * @param settled whether any later change shows in it
   */
  private record Listing(FileTime modified, long since, boolean settled, List<Path> files) {
    static final Listing NONE = new Listing(FileTime.fromMillis(0), 0, false, List.of());
  }

  /** What a file says: whose run of which action. */
  private record Attempt(String key, String worker) {
    static final Attempt NONE = new Attempt("", "");
  }

  /**
   * What a file said.
   *
   * @param settled whether a later change shows in its time
   */
  private record Seen(FileTime modified, boolean settled, Attempt attempt) {}

  /**
   * Opens the journal at {@code directory}, which exists only while something is in it, and forgets
   * what is old.
   *
   * @param worker who runs what is begun here
   */
  static AttemptJournal open(Path directory, String worker, Instant now) throws IOException {
    AttemptJournal journal = new AttemptJournal(directory, worker);
    for (Path entry : journal.entries()) {
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
    @Nullable Path known = idle.poll();
    Path file = known == null ? directory.resolve(process + "_" + count.incrementAndGet()) : known;
    byte[] text = (key(operation) + worker + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      try {
        write(file, text, ANEW);
      } catch (NoSuchFileException first) {
        Files.createDirectories(directory);
        write(file, text, ANEW);
      }
    } catch (IOException e) {
      log.warn("{}: if it ends this worker, nobody will know", operation, e);
      return () -> remove(file);
    }
    return () -> end(file);
  }

  private void end(Path file) {
    try {
      write(file, IDLE, THERE);
      idle.add(file);
    } catch (IOException e) {
      log.debug("{} is lost", file, e);
      remove(file);
    }
  }

  /** Writes over the beginning; to give up a block and to get another costs more. */
  private static void write(Path file, byte[] text, Set<OpenOption> how) throws IOException {
    try (FileChannel channel = FileChannel.open(file, how)) {
      channel.write(ByteBuffer.wrap(text));
    }
  }

  /** The workers that began to run it here and vanished. */
  List<String> vanished(String operation) {
    List<Path> files = others(operation);
    if (files.isEmpty()) {
      return List.of();
    }
    List<String> workers = new ArrayList<>();
    String key = key(operation);
    for (Path file : files) {
      Attempt attempt = read(file);
      if (attempt.key().equals(key)) {
        workers.add(attempt.worker());
      }
    }
    return workers;
  }

  /** Begins anew with it. */
  void forget(String operation) {
    List<Path> files = others(operation);
    if (files.isEmpty()) {
      return;
    }
    String key = key(operation);
    for (Path file : files) {
      if (read(file).key().equals(key)) {
        remove(file);
      }
    }
  }

  /** To be called when nothing runs any more. What earlier processes left stays. */
  @Override
  public void close() {
    idle.forEach(AttemptJournal::remove);
    idle.clear();
    try {
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      log.debug("the journal stays", e);
    }
  }

  private Attempt read(Path file) {
    try {
      FileTime modified = Files.getLastModifiedTime(file);
      Seen known = seen.get(file);
      if (known == null || !known.settled() || !known.modified().equals(modified)) {
        boolean settled = System.currentTimeMillis() - modified.toMillis() > STEP_MILLIS;
        known = new Seen(modified, settled, parse(Files.readString(file)));
        seen.put(file, known);
      }
      return known.attempt();
    } catch (IOException goneMeanwhile) {
      log.debug("{}", file, goneMeanwhile);
      return Attempt.NONE;
    }
  }

  private static Attempt parse(String text) {
    int end = text.indexOf('\n');
    return end < KEY_BYTES || text.charAt(0) == IDLE[0]
        ? Attempt.NONE
        : new Attempt(text.substring(0, KEY_BYTES), text.substring(KEY_BYTES, end));
  }

  /** Those of other processes. */
  private List<Path> others(String operation) {
    try {
      FileTime modified = Files.getLastModifiedTime(directory);
      Listing known = listing;
      boolean same = known.modified().equals(modified);
      if (!same || !known.settled()) {
        long now = System.nanoTime();
        long since = same ? known.since() : now;
        List<Path> files = entries();
        files.removeIf(file -> file.getFileName().toString().startsWith(process));
        known =
            new Listing(
                modified, since, now - since > TimeUnit.MILLISECONDS.toNanos(STEP_MILLIS), files);
        seen.keySet().retainAll(files);
        listing = known;
      }
      return known.files();
    } catch (NoSuchFileException empty) {
      return List.of();
    } catch (IOException e) {
      log.warn("{}: cannot see who ran it", operation, e);
      return List.of();
    }
  }

  private List<Path> entries() throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
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
