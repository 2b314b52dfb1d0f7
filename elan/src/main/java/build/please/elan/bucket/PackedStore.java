// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import build.please.common.rpc.Threads;
import build.please.elan.packed.Durability;
import build.please.elan.packed.Moments;
import build.please.elan.packed.PackedLog;
import build.please.elan.packed.PackedName;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a packed bucket is made of, and what goes on behind it: a log in {@code .elan/segments},
 * files, and a journal of uses and promises. Safe for concurrent use.
 */
final class PackedStore implements AutoCloseable {
  /** Bytes below which bounds leave no room for segments that come and go. */
  static final long SMALLEST = 1 << 20;

  private static final Logger logger = LoggerFactory.getLogger(PackedStore.class);

  private static final long LARGEST_SEGMENT = 128 << 20;
  private static final long SMALLEST_SEGMENT = 128 << 10;
  private static final int SEGMENTS = 64;
  private static final Duration TIDY_EVERY = Duration.ofSeconds(1);
  private static final Duration END = Duration.ofSeconds(30);

  /**
   * What differs from one to another.
   *
   * @param nanoTime as {@link System#nanoTime}
   */
  record Config(
      Durability durability, Bounds bounds, Clock clock, LongSupplier nanoTime, String bootId) {
    static Config of(Durability durability, Bounds bounds, Clock clock) {
      return new Config(durability, bounds, clock, System::nanoTime, BootId.current());
    }
  }

  private final Path segments;
  private final FileBucket fileBucket;
  private final KnownFiles known;
  private final PackedPart packed;
  private final UseJournal journal;
  private final Bucket files;
  private final ScheduledExecutorService packer = Threads.timer("packer");
  private final Pace pace;
  private volatile boolean there = true;

  private PackedStore(
      Path segments,
      FileBucket fileBucket,
      PackedPart packed,
      UseJournal journal,
      KnownFiles known,
      Bucket files,
      Pace pace) {
    this.segments = segments;
    this.fileBucket = fileBucket;
    this.packed = packed;
    this.journal = journal;
    this.known = known;
    this.files = files;
    this.pace = pace;
  }

  /** Where the segments of a store lie, which no other store has. */
  static Path segments(Path root) {
    return root.resolve(".elan").resolve("segments");
  }

  /**
   * Opens the store in a directory, which must exist.
   *
   * @throws StoreInUseException if another process has it open
   */
  static PackedStore open(Path root, Config config) throws IOException {
    Path segments = Files.createDirectories(segments(root)).toRealPath();
    // Before anything is said of a store that cannot be opened.
    OwnerLock.checkFree(Parents.of(segments));
    FileBucket fileBucket =
        FileBucket.open(
            root,
            new FileBucketConfig(
                config.durability() == Durability.NONE ? Sync.NONE : Sync.GROUP,
                config.clock(),
                config.bootId()));
    try {
      if (!fileBucket.owner().isOwner()) {
        // In the moment since.
        throw new StoreInUseException("?", fileBucket.ownerElsewhere().orElse(""));
      }
      return open(segments, fileBucket, config);
    } catch (IOException | RuntimeException e) {
      fileBucket.close();
      throw e;
    }
  }

  private static PackedStore open(Path segments, FileBucket fileBucket, Config config)
      throws IOException {
    SteadyClock clock = new SteadyClock(config.clock(), config.nanoTime());
    Bounds bounds = config.bounds().onDisk(fileBucket.diskBytes());
    long limit = bounds.maxBytes() > 0 ? bounds.maxBytes() : fileBucket.diskBytes();
    long segmentBytes = Math.max(SMALLEST_SEGMENT, Math.min(limit / SEGMENTS, LARGEST_SEGMENT));
    PackedPart packed =
        new PackedPart(
            new PackedLog.Config(
                segments,
                segmentBytes,
                config.durability(),
                () -> clock.toEpoch(clock.seconds()),
                (int) bounds.lease().toSeconds()));
    try {
      UseJournal journal = UseJournal.open(segments.resolve("uses.log"));
      KnownFiles known = new KnownFiles(fileBucket);
      Bucket files = known;
      if (!bounds.areNone()) {
        BoundedBucket bounded =
            BoundedBucket.open(
                known,
                bounds,
                new Place(
                    Buckets::blocks,
                    fileBucket::freeBytes,
                    fileBucket.home().resolve("uses.log"),
                    () -> true,
                    packed),
                config.clock(),
                config.nanoTime());
        packed.bound(bounded.room());
        files = bounded;
      }
      PackedStore store =
          new PackedStore(
              segments,
              fileBucket,
              packed,
              journal,
              known,
              files,
              config.durability() == Durability.NONE ? Pace.QUICK : Pace.QUICK_READS);
      store.start();
      return store;
    } catch (IOException | RuntimeException e) {
      packed.log().close();
      throw e;
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // It ends with the executor.
  private void start() throws IOException {
    journal.read(
        note -> {
          PackedName name = PackedName.parse(note.key());
          if (name != null) {
            log().note(name, Moments.of(note.used()), Moments.of(note.keptUntil()));
          }
        });
    logger.info("the store holds {} small objects", log().index().count());
    packer.execute(this::learn);
    packer.scheduleWithFixedDelay(
        this::tidy, TIDY_EVERY.toMillis(), TIDY_EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  PackedLog log() {
    return packed.log();
  }

  /** Who waits for the disk is not quick. */
  Pace pace() {
    return pace;
  }

  KnownFiles known() {
    return known;
  }

  /** The files, within bounds if there are any. */
  Bucket files() {
    return files;
  }

  private void learn() {
    try {
      known.learn();
    } catch (IOException | UncheckedIOException e) {
      logger.warn("each file is looked for, since the directory cannot be read: {}", e.toString());
    }
  }

  private void tidy() {
    try {
      lookWhetherThere();
      if (there) {
        packed.tidying().tidy();
        if (journal.isLong()) {
          shortenJournal();
        }
      }
    } catch (IOException | UncheckedIOException e) {
      logger.warn("tidying the segments of the store: {}", e.toString());
    }
  }

  private void shortenJournal() throws IOException {
    journal.rewrite(
        () -> {
          // While nobody can add a line, so that none is lost.
          try {
            packed.tidying().noteUses();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          return Collections.emptyIterator();
        });
  }

  /** Looks at the directory; see {@link #checkThere}. */
  void lookWhetherThere() {
    there = log().isThere();
  }

  /**
   * That the directory was there when somebody last looked: what is written to a file that was
   * deleted would be lost.
   */
  void checkThere() throws IOException {
    if (!there) {
      throw new FileSystemException(segments.toString(), null, "the store is gone");
    }
  }

  /** What cannot be noted is forgotten with this process, no sooner. */
  void note(List<Note> notes) {
    if (notes.isEmpty()) {
      return;
    }
    try {
      journal.add(notes);
    } catch (IOException e) {
      logger.warn("cannot note what must be kept after a restart: {}", e.getMessage());
    }
  }

  /** Keeps a copy of wrong bytes for people to look at, and says where. */
  String putAside(String key, InputStream bytes) {
    try {
      return "moved to " + fileBucket.putAside(key, bytes);
    } catch (IOException e) {
      return "removed, since it cannot be moved: " + e.getMessage();
    }
  }

  @Override
  public void close() throws IOException {
    Threads.close(packer, END);
    // The files go first, with whoever makes room in the log, and with the right to open it.
    try (PackedLog log = log();
        journal;
        files) {
      if (log.isThere()) {
        shortenJournal();
      }
      log.stop();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
