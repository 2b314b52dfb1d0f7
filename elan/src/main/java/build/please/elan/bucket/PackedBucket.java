// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import build.please.common.cas.LocalFile;
import build.please.elan.packed.Found;
import build.please.elan.packed.Moments;
import build.please.elan.packed.PackedIndex;
import build.please.elan.packed.PackedLog;
import build.please.elan.packed.PackedName;
import build.please.elan.packed.RecordBatch;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Objects of up to 64 KiB in a log of segments, larger ones and those with keys of unusual forms in
 * files, where {@link FileBucket} puts them. One process at a time can have it open, and knows
 * without a look at the disk what is there.
 *
 * <p>A use is noted for the next process if it is the first of an object within an hour. An object
 * that is in both places, since its process was killed between two steps, is the one in the log.
 */
final class PackedBucket implements Bucket {
  private static final int NOTE_EVERY = 3600;
  private static final Duration LONGEST = Duration.ofDays(400);

  private static final int PLACES = 64;

  private final PackedStore store;
  private final PackedLog log;
  private final KnownFiles known;
  private final Bucket files;
  private final ReentrantLock[] places =
      Stream.generate(ReentrantLock::new).limit(PLACES).toArray(ReentrantLock[]::new);

  PackedBucket(PackedStore store) {
    this.store = store;
    this.log = store.log();
    this.known = store.known();
    this.files = store.files();
  }

  @Override
  public Map<String, Long> sizes(Collection<String> keys) throws IOException {
    return sizes(keys, log.now());
  }

  /**
   * As {@link #sizes(Collection)}.
   *
   * @param second of the use, or {@link PackedIndex#UNWATCHED}
   */
  Map<String, Long> sizes(Collection<String> keys, int second) throws IOException {
    store.checkThere();
    Map<String, Long> sizes = new HashMap<>(keys.size() * 2);
    List<String> others = new ArrayList<>(0);
    List<Note> notes = new ArrayList<>(0);
    Found found = new Found();
    for (String key : keys) {
      PackedName name = PackedName.parse(key);
      if (name != null && log.find(name, second, found)) {
        sizes.put(key, (long) found.size());
        noteUse(name, found, second, notes);
      } else if (known.mayHold(name)) {
        others.add(key);
      }
    }
    store.note(notes);
    if (!others.isEmpty()) {
      Bucket rest = second == PackedIndex.UNWATCHED ? files.unwatched() : files;
      sizes.putAll(rest.sizes(others));
    }
    return sizes;
  }

  static void noteUse(PackedName name, Found found, int second, List<Note> notes) {
    if (second != PackedIndex.UNWATCHED && second - found.used() >= NOTE_EVERY) {
      notes.add(new Note(name.key(), Moments.toEpoch(second), Moments.toEpoch(found.keptUntil())));
    }
  }

  @Override
  public Map<String, Long> keep(Collection<String> keys, Duration time) throws IOException {
    store.checkThere();
    int seconds = (int) (time.compareTo(LONGEST) > 0 ? LONGEST : time).toSeconds();
    Map<String, Long> sizes = new HashMap<>(keys.size() * 2);
    List<String> others = new ArrayList<>(0);
    List<Note> notes = new ArrayList<>();
    Found found = new Found();
    for (String key : keys) {
      PackedName name = PackedName.parse(key);
      int until = name == null ? -1 : log.keep(name, seconds, found);
      if (until >= 0) {
        sizes.put(key, (long) found.size());
        if (until > 0) {
          notes.add(new Note(key, Moments.toEpoch(log.now()), Moments.toEpoch(until)));
        }
      } else if (known.mayHold(name)) {
        others.add(key);
      }
    }
    store.note(notes);
    if (!others.isEmpty()) {
      sizes.putAll(files.keep(others, time));
    }
    return sizes;
  }

  @Override
  public InputStream read(String key, long offset) throws IOException {
    return read(key, offset, log.now());
  }

  /** As {@link #read(String, long)}; see {@link #sizes(Collection, int)}. */
  InputStream read(String key, long offset, int second) throws IOException {
    store.checkThere();
    PackedName name = PackedName.parse(key);
    Found found = new Found();
    byte[] record = name == null ? null : log.read(name, second, found);
    if (name != null && record != null) {
      List<Note> notes = new ArrayList<>(0);
      noteUse(name, found, second, notes);
      store.note(notes);
      return bytes(record, offset);
    } else if (!known.mayHold(name)) {
      throw new NoSuchFileException(key);
    }
    return (second == PackedIndex.UNWATCHED ? files.unwatched() : files).read(key, offset);
  }

  private static InputStream bytes(byte[] record, long offset) {
    int start = (int) Math.min(PackedLog.HEAD_ROOM + offset, record.length);
    return new ByteArrayInputStream(record, start, record.length - start);
  }

  @Override
  public BucketWriter write(String key, long sizeHint) throws IOException {
    return writePacked(key, sizeHint, -1);
  }

  @Override
  public BucketWriter writePacked(String key, long sizeHint, long decodedSize) throws IOException {
    PackedName name = PackedName.parse(key);
    if (name == null) {
      return files.write(key, sizeHint);
    }
    return new PackedWriter(
        new PackedWriter.Destination() {
          @Override
          public void append(byte[] record, int length) throws IOException {
            PackedBucket.this.append(RecordBatch.of(name, record, length, decodedSize));
          }

          @Override
          public BucketWriter file() throws IOException {
            return new ReplacingWriter(files.write(key, sizeHint), log, name, place(name));
          }
        },
        sizeHint);
  }

  /** Stores objects in the log, and removes files of their names. */
  void append(RecordBatch batch) throws IOException {
    store.checkThere();
    try {
      log.append(batch);
    } catch (IOException e) {
      throw DiskErrors.ofBytes(e);
    }
    for (int i = 0; i < batch.count(); i++) {
      if (known.mayHold(batch.name(i))) {
        removeFile(batch.name(i));
      }
    }
  }

  private void removeFile(PackedName name) throws IOException {
    ReentrantLock place = place(name);
    place.lock();
    try {
      if (log.find(name, PackedIndex.UNWATCHED, new Found())) {
        files.delete(name.key());
      }
    } finally {
      place.unlock();
    }
  }

  /** Held while an object is taken out of one place since it is in the other. */
  private ReentrantLock place(PackedName name) {
    return places[(int) (name.word1() & (PLACES - 1))];
  }

  @Override
  public OptionalLong decodedSize(String key) throws IOException {
    PackedName name = PackedName.parse(key);
    byte[] record = name == null ? null : log.read(name, PackedIndex.UNWATCHED, new Found());
    long size = record == null ? -1 : PackedLog.decodedSize(record);
    return size < 0 ? OptionalLong.empty() : OptionalLong.of(size);
  }

  @Override
  public Optional<BulkBlobs> inBulk() {
    return Optional.of(new PackedBlobs(this, store));
  }

  @Override
  public Stream<StoredObject> list(String prefix) throws IOException {
    store.checkThere();
    return Stream.concat(
        log.index()
            .items(prefix)
            .map(
                item ->
                    new StoredObject(
                        item.name().key(),
                        item.size(),
                        Instant.ofEpochSecond(Moments.toEpoch(item.used())))),
        files.list(prefix));
  }

  @Override
  public boolean delete(String key) throws IOException {
    PackedName name = PackedName.parse(key);
    boolean packed = name != null && log.delete(name);
    boolean inFile = known.mayHold(name) && files.delete(key);
    return packed || inFile;
  }

  @Override
  public Set<String> deleteUnused(Collection<String> keys, Instant since) throws IOException {
    List<String> others = new ArrayList<>();
    List<String> packed = new ArrayList<>();
    for (String key : keys) {
      PackedName name = PackedName.parse(key);
      boolean isPacked = name != null && log.find(name, PackedIndex.UNWATCHED, new Found());
      (isPacked ? packed : others).add(key);
    }
    // First those that know whether anybody notes what is used.
    Set<String> gone = new HashSet<>(files.deleteUnused(others, since));
    int second = Moments.of(since.getEpochSecond());
    for (String key : packed) {
      PackedName name = PackedName.parse(key);
      if (name != null && log.deleteUnused(name, second)) {
        gone.add(key);
      }
    }
    return gone;
  }

  @Override
  public Bucket unwatched() {
    return new UnwatchedPacked(this);
  }

  @Override
  public Optional<String> quarantine(String key, Inspection inspection) throws IOException {
    PackedName name = PackedName.parse(key);
    Found found = new Found();
    byte[] record = name == null ? null : log.read(name, PackedIndex.UNWATCHED, found);
    if (name == null || record == null) {
      return files.quarantine(key, inspection);
    }
    try (InputStream bytes = bytes(record, 0)) {
      if (!inspection.isWrong(bytes)) {
        return Optional.empty();
      }
    }
    if (!log.deleteAt(name, found.location())) {
      return Optional.of("replaced by a new one");
    }
    return Optional.of(store.putAside(key, bytes(record, 0)));
  }

  @Override
  public boolean isSuspect(String key) throws IOException {
    return !isPacked(key, new Found()) && files.isSuspect(key);
  }

  @Override
  public Optional<Object> version(String key) throws IOException {
    Found found = new Found();
    return isPacked(key, found) ? Optional.of(found.location()) : files.version(key);
  }

  private boolean isPacked(String key, Found found) throws IOException {
    PackedName name = PackedName.parse(key);
    return name != null && log.find(name, PackedIndex.UNWATCHED, found);
  }

  @Override
  public Optional<LocalFile> file(String key) throws IOException {
    @Nullable PackedName name = PackedName.parse(key);
    return isPacked(key, new Found()) || !known.mayHold(name) ? Optional.empty() : files.file(key);
  }

  /** {@inheritDoc} A small one is copied into the log, and the file deleted. */
  @Override
  public boolean adopt(String key, Path file) throws IOException {
    PackedName name = PackedName.parse(key);
    if (name == null) {
      return files.adopt(key, file);
    } else if (Files.size(file) > PackedLog.MOST_BYTES) {
      ReentrantLock place = place(name);
      place.lock();
      try {
        boolean adopted = files.adopt(key, file);
        if (adopted) {
          log.delete(name);
        }
        return adopted;
      } finally {
        place.unlock();
      }
    }
    try (InputStream in = Files.newInputStream(file);
        BucketWriter writer = write(key, Files.size(file))) {
      in.transferTo(writer);
      writer.commit();
    }
    Files.delete(file);
    return true;
  }

  @Override
  public void announce(String address) {
    files.announce(address);
  }

  @Override
  public Optional<Occupancy> fullness() {
    return files.fullness();
  }

  @Override
  public void probe() throws IOException {
    store.lookWhetherThere();
    store.checkThere();
    files.probe();
  }

  @Override
  public Pace pace() {
    return store.pace();
  }

  @Override
  public void close() throws IOException {
    store.close();
  }
}
