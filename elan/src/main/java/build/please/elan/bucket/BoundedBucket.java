// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import build.please.common.cas.LocalFile;
import build.please.common.rpc.Threads;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bucket that stays within bounds: what was used least recently makes room for what is new. What
 * is asked for, read or written stays for the time of the lease, and what somebody promised ({@link
 * #keep}) for as long as that.
 *
 * <p>It is open at once. The index is built behind, from the objects and from the journal of the
 * last run; until it is complete nothing is evicted.
 *
 * <p>Of several processes on one directory only its owner evicts. The others note in its journal
 * what they wrote, used and promised, and it reads that before each batch. What another promises
 * while a batch is being deleted may be among it; that is a matter of milliseconds.
 */
public final class BoundedBucket implements Bucket {
  private static final Logger log = LoggerFactory.getLogger(BoundedBucket.class);

  /** Seconds after which the journal hears again of an object that is in use. */
  private static final int NOTE_EVERY = 3600;

  /** More than anybody promises; a journal that says more was written with a wrong clock. */
  private static final int LONGEST_KEPT = 400 * 24 * 3600;

  private static final Duration TIDY_EVERY = Duration.ofSeconds(1);
  private static final Duration END = Duration.ofSeconds(10);

  private final Bucket bucket;
  private final Place place;
  private final Residents residents;
  private final SteadyClock clock;
  private final Room room;
  private final @Nullable UseJournal journal;
  private final AtomicLong keptObjects = new AtomicLong();
  private final ScheduledExecutorService housekeeper = Threads.timer("evictor");

  private BoundedBucket(
      Bucket bucket, Bounds bounds, Place place, SteadyClock clock, @Nullable UseJournal journal) {
    this.bucket = bucket;
    this.place = place;
    this.clock = clock;
    this.journal = journal;
    int lease = (int) Math.min(bounds.lease().toSeconds(), LONGEST_KEPT);
    this.residents = new Residents(clock, new LeaseTerms(lease, NOTE_EVERY));
    this.room = new Room(bucket, this::listen, residents, bounds, place, clock);
  }

  /**
   * Bounds a bucket, which closes with this one, also if this throws.
   *
   * @param nanoTime as {@link System#nanoTime}
   * @throws IOException if the journal cannot be written
   */
  static BoundedBucket open(
      Bucket bucket, Bounds bounds, Place place, Clock wall, LongSupplier nanoTime)
      throws IOException {
    try {
      UseJournal journal = place.journal() == null ? null : UseJournal.open(place.journal());
      BoundedBucket bounded =
          new BoundedBucket(bucket, bounds, place, new SteadyClock(wall, nanoTime), journal);
      bounded.start();
      return bounded;
    } catch (IOException | RuntimeException e) {
      bucket.close();
      throw e;
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // It ends with the executor.
  private void start() {
    if (journal == null) {
      residents.foundAll();
    } else {
      housekeeper.execute(this::tidy);
    }
    housekeeper.scheduleWithFixedDelay(
        this::tidy, TIDY_EVERY.toMillis(), TIDY_EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void tidy() {
    try {
      if (!place.owner().getAsBoolean()) {
        return;
      }
      UseJournal shared = journal;
      if (shared != null && !residents.knowsAll()) {
        index(shared);
      }
      listen();
      room.tidy();
      if (shared != null && shared.isLong()) {
        rewriteJournal(shared);
      }
    } catch (IOException | RuntimeException e) {
      log.warn("making room in the store", e);
    }
  }

  private void index(UseJournal lastRun) throws IOException {
    new StoreScan(bucket, residents, clock, place.footprint()).run(lastRun, LONGEST_KEPT);
    rewriteJournal(lastRun);
    residents.foundAll();
    log.info("the store holds {} objects, {} bytes", residents.count(), residents.bytes());
  }

  private void listen() throws IOException {
    if (journal == null) {
      return;
    }
    List<Note> notes = journal.others();
    List<String> unknown = residents.hear(notes);
    if (!unknown.isEmpty()) {
      residents.adoptNoted(footprints(bucket.sizes(unknown)), notes);
    }
  }

  private void rewriteJournal(UseJournal old) throws IOException {
    old.rewrite(() -> residents.snapshot().stream().map(residents::note).iterator());
  }

  /** How full it is now. */
  public Occupancy occupancy() {
    return room.occupancy(keptObjects.get());
  }

  @Override
  public Optional<Occupancy> fullness() {
    return Optional.of(occupancy());
  }

  /** What others on its disk ask for room. */
  Room room() {
    return room;
  }

  @Override
  public Map<String, Long> sizes(Collection<String> keys) throws IOException {
    return look(keys, 0);
  }

  @Override
  public Map<String, Long> keep(Collection<String> keys, Duration time) throws IOException {
    return look(keys, (int) Math.min(time.toSeconds(), LONGEST_KEPT));
  }

  /** Marked before one looks, so that what is found cannot be chosen to go in between. */
  private Map<String, Long> look(Collection<String> keys, int keepSeconds) throws IOException {
    Marked marked = residents.mark(keys, keepSeconds);
    note(marked.notes());
    if (keepSeconds > 0) {
      keptObjects.addAndGet(marked.notes().size());
    }
    Map<String, Long> found = bucket.sizes(without(keys, marked.leaving()));
    Map<String, Long> news = new HashMap<>();
    for (String key : marked.unknown()) {
      Long size = found.get(key);
      if (size != null) {
        news.put(key, size);
      }
    }
    note(residents.adopt(footprints(news), keepSeconds));
    return found;
  }

  @Override
  public InputStream read(String key, long offset) throws IOException {
    if (!use(key)) {
      throw new NoSuchFileException(key);
    }
    return bucket.read(key, offset);
  }

  @Override
  public Optional<LocalFile> file(String key) throws IOException {
    return use(key) ? bucket.file(key) : Optional.empty();
  }

  @Override
  public boolean adopt(String key, Path file) throws IOException {
    long bytes = place.footprint().applyAsLong(Files.size(file));
    room.checkCouldFit(bytes);
    room.reserve(bytes);
    try {
      return claimed(key, bytes, () -> bucket.adopt(key, file));
    } finally {
      room.release(bytes);
    }
  }

  /** Says whether it was placed. */
  @FunctionalInterface
  private interface Placing {
    boolean place() throws IOException;
  }

  private boolean claimed(String key, long bytes, Placing placing) throws IOException {
    residents.claim(key);
    try {
      boolean placed = placing.place();
      if (placed) {
        Note note = residents.written(key, bytes);
        if (!place.owner().getAsBoolean()) {
          note(List.of(note));
        }
      }
      return placed;
    } finally {
      residents.unclaim(key);
    }
  }

  @Override
  public BucketWriter write(String key, long sizeHint) throws IOException {
    room.checkCouldFit(sizeHint);
    return bounded(bucket.write(key, sizeHint), key);
  }

  @Override
  public BucketWriter writePacked(String key, long sizeHint, long decodedSize) throws IOException {
    room.checkCouldFit(sizeHint);
    return bounded(bucket.writePacked(key, sizeHint, decodedSize), key);
  }

  private BucketWriter bounded(BucketWriter writer, String key) {
    Placing committing =
        () -> {
          writer.commit();
          return true;
        };
    return new BoundedWriter(
        writer, room, place.footprint(), bytes -> claimed(key, bytes, committing));
  }

  @Override
  public OptionalLong decodedSize(String key) throws IOException {
    return bucket.decodedSize(key);
  }

  @Override
  public Stream<StoredObject> list(String prefix) throws IOException {
    return bucket.list(prefix).map(this::withLastUse);
  }

  private StoredObject withLastUse(StoredObject object) {
    return residents
        .lastUse(object.key())
        .filter(used -> used.isAfter(object.lastUse()))
        .map(used -> new StoredObject(object.key(), object.size(), used))
        .orElse(object);
  }

  @Override
  public Set<String> deleteUnused(Collection<String> keys, Instant since) throws IOException {
    if (!place.owner().getAsBoolean()) {
      throw new IOException("another process owns the store and knows what is used");
    } else if (!residents.knowsAll()) {
      throw new IOException("the index of the store is not complete yet");
    }
    listen();
    Set<String> gone = new HashSet<>();
    List<Resident> chosen = residents.chooseUnused(keys, since);
    room.delete(chosen, resident -> gone.add(resident.key()));
    return gone;
  }

  @Override
  public Bucket unwatched() {
    return bucket.unwatched();
  }

  @Override
  public boolean delete(String key) throws IOException {
    boolean deleted = bucket.delete(key);
    residents.deleted(key);
    return deleted;
  }

  @Override
  public Optional<String> quarantine(String key, Inspection inspection) throws IOException {
    Optional<String> fate = bucket.quarantine(key, inspection);
    if (fate.isPresent() && bucket.sizes(List.of(key)).isEmpty()) {
      residents.deleted(key);
    }
    return fate;
  }

  @Override
  public Duration untraced() {
    return bucket.untraced();
  }

  @Override
  public boolean isSuspect(String key) throws IOException {
    return bucket.isSuspect(key);
  }

  @Override
  public Optional<Object> version(String key) throws IOException {
    return bucket.version(key);
  }

  @Override
  public void announce(String address) {
    bucket.announce(address);
  }

  @Override
  public Optional<String> ownerElsewhere() throws IOException {
    return bucket.ownerElsewhere();
  }

  @Override
  public void probe() throws IOException {
    bucket.probe();
  }

  @Override
  public Pace pace() {
    return bucket.pace();
  }

  @Override
  public void close() throws IOException {
    Threads.close(housekeeper, END);
    try (bucket) {
      if (journal != null) {
        journal.close();
      }
    }
  }

  /** False if the object is being deleted. */
  private boolean use(String key) {
    Marked marked = residents.mark(List.of(key), 0);
    note(marked.notes());
    return marked.leaving().isEmpty();
  }

  private static Collection<String> without(Collection<String> keys, Set<String> leaving) {
    return leaving.isEmpty() ? keys : keys.stream().filter(key -> !leaving.contains(key)).toList();
  }

  private Map<String, Long> footprints(Map<String, Long> sizes) {
    return sizes.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey, size -> place.footprint().applyAsLong(size.getValue())));
  }

  /** What cannot be noted is forgotten with this process, no sooner. */
  private void note(List<Note> notes) {
    if (journal == null || notes.isEmpty()) {
      return;
    }
    try {
      if (place.owner().getAsBoolean()) {
        journal.add(notes);
      } else {
        journal.addForOwner(notes);
      }
    } catch (IOException | UncheckedIOException e) {
      log.warn("cannot note what must be kept after a restart: {}", e.getMessage());
    }
  }
}
