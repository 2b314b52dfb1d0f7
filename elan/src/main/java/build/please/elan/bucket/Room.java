// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import build.please.common.cas.StoreFullException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a bucket within its bounds: whoever wants to write asks for room, and what was used least
 * recently has to go for it. Safe for concurrent use; blocks for deletions.
 */
final class Room {
  private static final Logger log = LoggerFactory.getLogger(Room.class);

  /** Objects that go in one batch; who needs more asks again. */
  private static final int BATCH = 500;

  /** Seconds between two lines that say the same. */
  private static final int WARN_EVERY = 60;

  /** Free bytes of the disk. */
  @FunctionalInterface
  interface FreeSpace {
    long bytes() throws IOException;
  }

  /** Hears what other processes have noted, before anything is chosen to go. */
  @FunctionalInterface
  interface Listening {
    void listen() throws IOException;
  }

  private final Bucket bucket;
  private final Listening others;
  private final Residents residents;
  private final Bounds bounds;
  private final FreeSpace freeSpace;
  private final Neighbour neighbour;
  private final SteadyClock clock;
  private final AtomicLong evictedObjects = new AtomicLong();
  private final AtomicLong evictedBytes = new AtomicLong();
  private final AtomicInteger lastWarning;
  private volatile boolean full;

  Room(
      Bucket bucket,
      Listening others,
      Residents residents,
      Bounds bounds,
      Place place,
      SteadyClock clock) {
    this.bucket = bucket;
    this.others = others;
    this.residents = residents;
    this.bounds = bounds;
    this.freeSpace = place.freeSpace();
    this.neighbour = place.neighbour();
    this.clock = clock;
    this.lastWarning = new AtomicInteger(-WARN_EVERY);
  }

  /**
   * Refuses what could not be stored even if nothing else were.
   *
   * @throws StoreFullException if an object of so many bytes is larger than the whole store
   */
  void checkCouldFit(long bytes) throws StoreFullException {
    if (bounds.maxBytes() > 0 && bytes > bounds.maxBytes()) {
      throw new StoreFullException(
          bytes + " bytes are more than the whole store may hold, " + bounds.maxBytes());
    }
  }

  /**
   * Sets bytes aside, to be given back with {@link #release}. Evicts for them if it must.
   *
   * @throws StoreFullException if nothing more may go; nothing is set aside then
   */
  void reserve(long bytes) throws IOException {
    residents.reserve(bytes);
    try {
      if (!residents.knowsAll()) {
        // Not before it is known what is there; until then only the disk itself is the bound.
        return;
      }
      for (long over; (over = over(0)) > 0; ) {
        // If nothing went, somebody else may have taken all that could: enough, perhaps.
        if (!evict(over) && over(0) > 0) {
          throw refuse();
        }
      }
      full = false;
    } catch (IOException | RuntimeException e) {
      residents.reserve(-bytes);
      throw e;
    }
  }

  void release(long bytes) {
    residents.reserve(-bytes);
  }

  /** Makes some room ahead of those who will need it, and notices when there is some again. */
  void tidy() throws IOException {
    if (!residents.knowsAll()) {
      return;
    }
    long over = over(1);
    while (over > 0 && evict(over)) {
      over = over(1);
    }
    if (full && over(0) <= 0) {
      full = false;
    }
  }

  Occupancy occupancy(long keptObjects) {
    Occupancy.State state =
        !residents.knowsAll()
            ? Occupancy.State.INDEXING
            : full ? Occupancy.State.FULL : Occupancy.State.OPEN;
    return new Occupancy(
        residents.bytes() + neighbour.bytes(),
        bounds.maxBytes(),
        residents.count() + neighbour.objects(),
        evictedObjects.get() + neighbour.evictedObjects(),
        evictedBytes.get() + neighbour.evictedBytes(),
        keptObjects + neighbour.keptObjects(),
        state);
  }

  private StoreFullException refuse() {
    full = true;
    int now = clock.seconds();
    int before = lastWarning.get();
    if (now - before >= WARN_EVERY && lastWarning.compareAndSet(before, now)) {
      log.warn(
          "the store is full and all of it is in use or promised; writes are refused, see {}",
          bounds.maxBytes() > 0 ? "--store_max_size" : "--store_min_free");
    }
    return new StoreFullException("the store is full, and all of it is in use or promised");
  }

  /**
   * Bytes that are too many.
   *
   * @param twentieths of the bounds that should be free beside
   */
  private long over(int twentieths) throws IOException {
    long over = Long.MIN_VALUE;
    if (bounds.maxBytes() > 0) {
      long bytes = residents.bytes() + neighbour.claimedBytes();
      over = bytes - bounds.maxBytes() + bounds.maxBytes() / 20 * twentieths;
    }
    if (bounds.minFreeBytes() > 0) {
      long free = freeSpace.bytes() + residents.leavingBytes();
      over = Math.max(over, bounds.minFreeBytes() / 20 * (20 + twentieths) - free);
    }
    return over;
  }

  /** Says whether something went: the oldest, wherever it is. */
  private boolean evict(long bytes) throws IOException {
    others.listen();
    if (neighbour.oldest() < residents.oldest() && neighbour.evict()) {
      return true;
    }
    List<Resident> chosen = residents.choose(bytes, BATCH);
    delete(
        chosen,
        resident -> {
          evictedObjects.incrementAndGet();
          evictedBytes.addAndGet(resident.bytes);
        });
    return !chosen.isEmpty() || neighbour.evict();
  }

  /**
   * Deletes what was chosen to leave.
   *
   * @param gone hears of each
   * @throws IOException if one could not be deleted; it and those after it stay
   */
  void delete(List<Resident> chosen, Consumer<Resident> gone) throws IOException {
    for (int i = 0; i < chosen.size(); i++) {
      Resident resident = chosen.get(i);
      try {
        bucket.delete(resident.key());
      } catch (IOException | RuntimeException e) {
        chosen.subList(i, chosen.size()).forEach(residents::stayed);
        throw e;
      }
      gone.accept(resident);
      residents.left(resident);
    }
  }
}
