// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Small objects in segments; see the package. Safe for concurrent use.
 *
 * <p>An object is visible as soon as its record is written, and the newest record of a name counts.
 * Where records must survive a power cut, who asks for one that might not yet waits until it does.
 */
public final class PackedLog implements AutoCloseable {
  /** Bytes of the largest object that goes here. */
  public static final int MOST_BYTES = 64 << 10;

  /** Where the bytes of an object begin in what is given to {@link RecordBatch#of}. */
  public static final int HEAD_ROOM = RecordHeader.BYTES;

  /**
   * How it goes about its work.
   *
   * @param directory of the segments, which exists
   * @param segmentBytes after which the next segment begins
   * @param epochSeconds the time, in seconds since 1970
   * @param lease seconds for which an object stays at least after it was used
   */
  public record Config(
      Path directory,
      long segmentBytes,
      Durability durability,
      LongSupplier epochSeconds,
      int lease) {}

  private static final long NOWHERE = Location.NONE;

  private final Config config;
  private final AtomicLong kept = new AtomicLong();
  final LogTail tail;
  final PackedIndex index = new PackedIndex();
  final ConcurrentSkipListMap<Integer, Segment> segments = new ConcurrentSkipListMap<>();

  private PackedLog(Config config, Space space) throws IOException {
    this.config = config;
    Segment last = new Recovery(config.directory(), index, segments).run(now());
    this.tail = new LogTail(config, space, segments, last);
  }

  /**
   * Opens what is in a directory. Nobody else may have it open.
   *
   * @throws IOException if it cannot be read, or is of a version that is not known
   */
  public static PackedLog open(Config config, Space space) throws IOException {
    return new PackedLog(config, space);
  }

  /** The time here; see {@link Moments}. */
  public int now() {
    return Moments.of(config.epochSeconds().getAsLong());
  }

  /** What it holds. */
  public PackedIndex index() {
    return index;
  }

  /**
   * Looks for an object.
   *
   * @param second when it is used by that, or {@link PackedIndex#UNWATCHED}
   */
  public boolean find(PackedName name, int second, Found found) throws IOException {
    if (!index.find(name, second, found)) {
      return false;
    }
    if (tail.isSettled(found.location)) {
      return true;
    }
    try {
      tail.await(found.location);
    } catch (IOException notOnDisk) {
      return false;
    }
    return index.find(name, second, found);
  }

  /**
   * An object as it is on disk: its bytes, behind {@link #HEAD_ROOM} others; null if there is none.
   *
   * @param found is told where that was
   */
  public byte @Nullable [] read(PackedName name, int second, Found found) throws IOException {
    while (find(name, second, found)) {
      byte[] record = read(found);
      if (record != null) {
        return record;
      }
      // Moved meanwhile.
    }
    return null;
  }

  private byte @Nullable [] read(Found found) throws IOException {
    Segment segment = segments.get(Location.segment(found.location));
    if (segment == null || !segment.acquire()) {
      return null;
    }
    try {
      byte[] record = new byte[RecordHeader.BYTES + found.size];
      segment.read(ByteBuffer.wrap(record), Location.offset(found.location));
      return record;
    } finally {
      segment.release();
    }
  }

  /** How many bytes a record's object has when decoded; -1 if that was not noted. */
  public static long decodedSize(byte[] record) {
    return RecordHeader.decoded(record, 0);
  }

  /**
   * Stores objects in place of older ones: with one write, and one force if any, for as many as
   * share a segment.
   *
   * @throws build.please.common.cas.StoreFullException if there is no room
   * @throws IOException if not all are stored; older ones may be gone
   */
  public void append(RecordBatch batch) throws IOException {
    batch.seal(config.epochSeconds().getAsLong());
    for (int from = 0; from < batch.count(); ) {
      long location = NOWHERE;
      int to = from;
      tail.lock.lock();
      try {
        if (tail.isReady(batch.footprint(from))) {
          to = batch.fitting(from, tail.room());
          location = tail.write(batch.records(from, to));
          point(batch, from, to, location);
        }
      } finally {
        tail.lock.unlock();
      }
      if (location == NOWHERE) {
        tail.makeRoom();
      } else {
        settle(batch, from, to, location);
      }
      from = to;
    }
  }

  private void point(RecordBatch batch, int from, int to, long location) {
    Segment segment = tail.active();
    Found before = new Found();
    int now = now();
    long shift = location - batch.offset(from);
    for (int i = from; i < to; i++) {
      segment.live.addAndGet(batch.footprint(i));
      if (index.put(batch.name(i), shift + batch.offset(i), batch.length(i), now, before)) {
        forget(before);
      }
    }
  }

  private void settle(RecordBatch batch, int from, int to, long location) throws IOException {
    try {
      // The last first, so that there is nothing left to wait for with the others.
      tail.settle(location + batch.offset(to - 1) - batch.offset(from));
      for (int i = from; i < to - 1; i++) {
        tail.await(location + batch.offset(i) - batch.offset(from));
      }
    } catch (IOException e) {
      for (int i = from; i < to; i++) {
        long lost = location + batch.offset(i) - batch.offset(from);
        Found removed = new Found();
        if (index.removeIf(batch.name(i), object -> object.location == lost, removed)) {
          forget(removed);
        }
      }
      throw e;
    }
  }

  /**
   * Removes an object, also for the next start.
   *
   * @return whether there was one
   */
  public boolean delete(PackedName name) throws IOException {
    return deleteIf(name, object -> true);
  }

  /** Removes an object that was not used since a moment and may go. */
  public boolean deleteUnused(PackedName name, int since) throws IOException {
    int now = now();
    return deleteIf(name, object -> object.used < since && mayGo(object, now));
  }

  /** Removes an object if it still lies there. */
  public boolean deleteAt(PackedName name, long location) throws IOException {
    return deleteIf(name, object -> object.location == location);
  }

  private boolean deleteIf(PackedName name, PackedIndex.Condition condition) throws IOException {
    long location;
    tail.lock.lock();
    try {
      Found removed = new Found();
      if (!index.removeIf(name, condition, removed)) {
        return false;
      }
      forget(removed);
      location = tail.bury(name);
    } finally {
      tail.lock.unlock();
    }
    tail.await(location);
    return true;
  }

  /** Whether neither a use nor a promise protects it. */
  boolean mayGo(Found object, int now) {
    return object.used + config.lease() <= now && object.keptUntil <= now;
  }

  /**
   * As {@link #find}; what is found stays for a time at least.
   *
   * @param seconds from now
   * @return until when it stays now, if it did not for as long before; 0 if it did; -1 if there is
   *     no such object
   */
  public int keep(PackedName name, int seconds, Found found) throws IOException {
    int now = now();
    if (!find(name, now, found)) {
      return -1;
    }
    if (found.keptUntil >= now + seconds) {
      return 0;
    }
    // Somewhat longer than asked for, so that the next who ask for the same change nothing.
    int until = now + (int) Math.min(seconds + seconds / 4L, Moments.LONGEST);
    if (!index.note(name, now, until)) {
      return -1;
    }
    kept.incrementAndGet();
    return until;
  }

  /** Takes over what an earlier run knew. */
  public void note(PackedName name, int used, int keptUntil) {
    note(name, used, keptUntil, now());
  }

  void note(ObjectName name, int used, int keptUntil, int now) {
    index.note(name, Math.min(used, now), Math.min(keptUntil, now + Moments.LONGEST));
  }

  /** How often an object's life was prolonged by {@link #keep}. */
  public long keptObjects() {
    return kept.get();
  }

  /** Bytes of all segments. */
  public long bytes() {
    return tail.bytes.get();
  }

  /** As {@link #bytes}, the one that is being written as large as it may become. */
  public long claimedBytes() {
    return bytes() + Math.max(0, config.segmentBytes() - tail.active().end());
  }

  int lease() {
    return config.lease();
  }

  Path directory() {
    return config.directory();
  }

  /** Looks whether the segment that is being written is where it should be. */
  public boolean isThere() {
    return Files.exists(tail.active().file());
  }

  /**
   * Copies a record behind all others, if it is still that of its object.
   *
   * @param record as it is on disk
   */
  boolean moveForward(PackedName name, long from, byte[] record, int length) throws IOException {
    tail.lock.lock();
    try {
      Found found = new Found();
      if (!index.find(name, PackedIndex.UNWATCHED, found) || found.location != from) {
        return false;
      }
      ByteBuffer bytesOfRecord = ByteBuffer.wrap(record, 0, RecordHeader.footprint(length));
      long to = tail.write(bytesOfRecord);
      if (index.move(name, from, to)) {
        tail.active().live.addAndGet(RecordHeader.footprint(length));
        forget(found);
      }
      return true;
    } finally {
      tail.lock.unlock();
    }
  }

  /**
   * Removes an object whose record is about to go.
   *
   * @param stayGone whether an older record of it could come back with a restart
   */
  boolean drop(PackedName name, PackedIndex.Condition condition, boolean stayGone)
      throws IOException {
    tail.lock.lock();
    try {
      Found removed = new Found();
      if (!index.removeIf(name, condition, removed)) {
        return false;
      }
      forget(removed);
      if (stayGone) {
        tail.bury(name);
      }
      return true;
    } finally {
      tail.lock.unlock();
    }
  }

  /** Says again that an object was deleted, if there is none. */
  void buryAgain(PackedName name) throws IOException {
    tail.lock.lock();
    try {
      if (!index.find(name, PackedIndex.UNWATCHED, new Found())) {
        tail.bury(name);
      }
    } finally {
      tail.lock.unlock();
    }
  }

  /** A record is nobody's any more. */
  private void forget(Found gone) {
    Segment segment = segments.get(Location.segment(gone.location));
    if (segment != null) {
      segment.live.addAndGet(-RecordHeader.footprint(gone.size));
    }
  }

  /** From now on nothing is written, so that another may open it. */
  public void stop() {
    tail.stop();
  }

  /** Notes nothing of uses: see {@link Tidying#noteUses}. */
  @Override
  public void close() throws IOException {
    for (Segment segment : segments.values()) {
      segment.release();
    }
    segments.clear();
  }
}
