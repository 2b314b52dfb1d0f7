// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The end of a log, where records are written: one after the other, by whoever holds the lock. Safe
 * for concurrent use.
 */
final class LogTail {
  private final PackedLog.Config config;
  private final Space space;
  private final ConcurrentSkipListMap<Integer, Segment> segments;
  private final Forcer forcer;

  /** Bytes of all segments. */
  final AtomicLong bytes = new AtomicLong();

  /** Held for all that has to happen in the order of the log. */
  final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private boolean nextHasRoom;

  @GuardedBy("lock")
  private boolean stopped;

  private volatile Segment active;

  /**
   * @param segments all there are, to which new ones are added
   * @param active the last of them
   */
  LogTail(
      PackedLog.Config config,
      Space space,
      ConcurrentSkipListMap<Integer, Segment> segments,
      Segment active)
      throws IOException {
    this.config = config;
    this.space = space;
    this.segments = segments;
    this.active = active;
    this.forcer = new Forcer(new Appended(), end());
    segments.values().forEach(segment -> bytes.addAndGet(segment.fileBytes()));
    if (config.durability() != Durability.NONE) {
      // Found after a kill, it has to survive a power cut as well from now on.
      for (Segment segment : segments.values()) {
        if (!segment.isClosed()) {
          segment.force();
        }
      }
      syncDirectory();
    }
  }

  Segment active() {
    return active;
  }

  /** From now on nothing is written. */
  void stop() {
    lock.lock();
    try {
      stopped = true;
    } finally {
      lock.unlock();
    }
  }

  /** Whether a record that begins there is as safe as it will be. */
  boolean isSettled(long location) {
    return config.durability() == Durability.NONE || forcer.isForced(location);
  }

  /** Blocks until it is, together with others. */
  void await(long location) throws IOException {
    if (config.durability() != Durability.NONE) {
      forcer.await(location);
    }
  }

  /** Blocks until a record that was just written is as safe as was asked for. */
  void settle(long location) throws IOException {
    if (config.durability() == Durability.ALWAYS) {
      forcer.force(location);
    } else {
      await(location);
    }
  }

  /** Forces all that has been written. */
  void forceAll() throws IOException {
    forcer.await(end() - 1);
  }

  /** Writes a record of any object, or several, behind all others, and says where. */
  @GuardedBy("lock")
  long write(ByteBuffer record) throws IOException {
    if (stopped) {
      throw new IOException("the store is closed");
    } else if (!fits(record.remaining())) {
      begin();
    }
    Segment segment = active;
    long before = segment.fileBytes();
    long location = Location.of(segment.number(), segment.end());
    segment.append(record);
    bytes.addAndGet(segment.fileBytes() - before);
    return location;
  }

  /** Writes that an object was deleted, and says where. */
  @GuardedBy("lock")
  long bury(PackedName name) throws IOException {
    byte[] record = new byte[RecordHeader.BYTES];
    RecordHeader.write(
        record, 0, name, RecordHeader.DELETED, config.epochSeconds().getAsLong(), -1);
    long location = write(ByteBuffer.wrap(record));
    active.deletions.addAndGet(record.length);
    return location;
  }

  @GuardedBy("lock")
  private boolean fits(int footprint) {
    return footprint <= room();
  }

  /** Bytes of records that the segment takes which is being written. */
  @GuardedBy("lock")
  long room() {
    return config.segmentBytes() - active.end();
  }

  /**
   * Whether a record of that size can be written without asking for room; see {@link #makeRoom}.
   */
  @GuardedBy("lock")
  boolean isReady(int footprint) throws IOException {
    if (fits(footprint)) {
      return true;
    } else if (!nextHasRoom) {
      return false;
    }
    begin();
    nextHasRoom = false;
    space.release(config.segmentBytes());
    return true;
  }

  /** Not under the lock: others may have to go for it, some of which move to the end of the log. */
  void makeRoom() throws IOException {
    space.reserve(config.segmentBytes());
    lock.lock();
    try {
      if (nextHasRoom) {
        space.release(config.segmentBytes());
      }
      nextHasRoom = true;
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void begin() throws IOException {
    Segment next =
        Segment.create(
            config.directory(), active.number() + 1, Moments.of(config.epochSeconds().getAsLong()));
    syncDirectory();
    segments.put(next.number(), next);
    bytes.addAndGet(next.fileBytes());
    active = next;
  }

  /** Begins a new segment if there is anything in this one, so that it can be closed. */
  void roll() throws IOException {
    lock.lock();
    try {
      if (active.end() > Segment.HEADER) {
        begin();
      }
    } finally {
      lock.unlock();
    }
  }

  private void syncDirectory() throws IOException {
    try (FileChannel channel = FileChannel.open(config.directory(), StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private long end() {
    Segment last = active;
    return Location.of(last.number(), last.end());
  }

  private final class Appended implements Forcer.Appended {
    @Override
    public long end() {
      return LogTail.this.end();
    }

    @Override
    public void force(long from, long to) throws IOException {
      for (Segment segment :
          segments.subMap(Location.segment(from), true, Location.segment(to), true).values()) {
        if (!segment.isClosed() && segment.acquire()) {
          try {
            segment.force();
          } finally {
            segment.release();
          }
        }
      }
    }

    @Override
    public void abandon() throws IOException {
      lock.lock();
      try {
        begin();
      } finally {
        lock.unlock();
      }
    }
  }
}
