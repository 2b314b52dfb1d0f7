// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What has to be done behind a log: close segments that are full, make smaller what is mostly
 * garbage, let the oldest go when there is no room, and note for the next run what was used. Safe
 * for concurrent use; one thing is done at a time.
 */
public final class Tidying {
  /** Seconds for which a segment is left alone of which hardly anything may go. */
  private static final int LOOK_AGAIN = 5;

  /** Segments that are made smaller in one go. */
  private static final int AT_ONCE = 4;

  private final PackedLog log;
  private final Path uses;
  private final ReentrantLock turn = new ReentrantLock();
  private final AtomicLong evictedObjects = new AtomicLong();
  private final AtomicLong evictedBytes = new AtomicLong();

  /** Takes over what the last run noted. */
  public Tidying(PackedLog log) throws IOException {
    this.log = log;
    this.uses = log.directory().resolve("uses");
    Uses.read(uses, log);
  }

  /** Objects that had to go since the start. */
  public long evictedObjects() {
    return evictedObjects.get();
  }

  /** Bytes of their records. */
  public long evictedBytes() {
    return evictedBytes.get();
  }

  /** Does what there is to do; to be called about every second. */
  public void tidy() throws IOException {
    turn.lock();
    try {
      closeFull();
      for (int i = 0; i < AT_ONCE && shrinkOne(); i++) {}
    } finally {
      turn.unlock();
    }
  }

  @GuardedBy("turn")
  private void closeFull() throws IOException {
    Segment active = log.tail.active();
    for (Segment segment : log.segments.headMap(active.number()).values()) {
      if (!segment.isClosed()) {
        long before = segment.fileBytes();
        Footer.write(segment, SegmentScan.list(segment));
        log.tail.bytes.addAndGet(segment.fileBytes() - before);
      }
    }
  }

  /** Says whether there was one. */
  @GuardedBy("turn")
  private boolean shrinkOne() throws IOException {
    @Nullable Segment emptiest = null;
    double least = 0.5;
    boolean first = true;
    for (Segment segment : log.segments.values()) {
      double live = segment.live.get() + (first ? 0 : segment.deletions.get());
      double part = live / Math.max(1, segment.end() - Segment.HEADER);
      if (segment.isClosed() && part < least) {
        least = part;
        emptiest = segment;
      }
      first = false;
    }
    if (emptiest == null) {
      return false;
    }
    new Rewrite(log, emptiest).run(entries(emptiest), object -> false);
    return true;
  }

  private static List<Footer.Entry> entries(Segment segment) throws IOException {
    return Objects.requireNonNull(Footer.read(segment), () -> segment.file() + " has no footer");
  }

  /** When the oldest segment of which some may go was begun; the greatest number if none is. */
  public int oldest() {
    int now = log.now();
    for (Segment segment : log.segments.headMap(log.tail.active().number()).values()) {
      if (segment.protectedUntil <= now) {
        return segment.made();
      }
    }
    return Integer.MAX_VALUE;
  }

  /**
   * Lets the oldest segment go of which most may. What is leased, kept or was used recently stays.
   *
   * @return bytes that are free now; 0 if nothing may go
   */
  public long evict() throws IOException {
    turn.lock();
    try {
      closeFull();
      for (Segment segment : log.segments.headMap(log.tail.active().number()).values()) {
        long freed = evict(segment);
        if (freed > 0) {
          return freed;
        }
      }
      Segment active = log.tail.active();
      if (active.made() + log.lease() > log.now() || active.end() == Segment.HEADER) {
        return 0;
      }
      log.tail.roll();
      closeFull();
      return evict(active);
    } finally {
      turn.unlock();
    }
  }

  @GuardedBy("turn")
  private long evict(Segment segment) throws IOException {
    int now = log.now();
    if (segment.protectedUntil > now) {
      return 0;
    }
    List<Footer.Entry> entries = entries(segment);
    int recently = segment.made() + (now - segment.made()) / 2;
    long mustStay = 0;
    long recent = 0;
    int nextChange = Integer.MAX_VALUE;
    Found found = new Found();
    for (Footer.Entry entry : entries) {
      if (entry.isDeletion()
          || !log.index.find(entry.name(), PackedIndex.UNWATCHED, found)
          || found.location != Location.of(segment.number(), entry.offset())) {
        continue;
      }
      if (!log.mayGo(found, now)) {
        mustStay += entry.footprint();
        nextChange = Math.min(nextChange, Math.max(found.used + log.lease(), found.keptUntil));
      } else if (found.used > recently) {
        recent += entry.footprint();
      }
    }
    long size = segment.fileBytes();
    if (size - mustStay < size / 8) {
      // Not at once again for each write that is refused meanwhile.
      segment.protectedUntil = Math.max(nextChange, now + LOOK_AGAIN);
      return 0;
    }
    boolean spareRecent = mustStay + recent <= size / 2;
    Rewrite rewrite = new Rewrite(log, segment);
    rewrite.run(
        entries, object -> log.mayGo(object, now) && !(spareRecent && object.used > recently));
    evictedObjects.addAndGet(rewrite.droppedObjects());
    evictedBytes.addAndGet(rewrite.droppedBytes());
    return Math.max(1, size - rewrite.movedBytes());
  }

  /** Notes for the next run what was used, and what must stay. */
  public void noteUses() throws IOException {
    turn.lock();
    try {
      Uses.write(uses, log.index());
    } finally {
      turn.unlock();
    }
  }
}
