// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which objects a bucket holds, which of them must stay, and which go first. Safe for concurrent
 * use; all but {@link #claim} only touches memory.
 *
 * <p>An object is <em>leased</em> for a while by each use, and <em>kept</em> for longer on request.
 * Neither is ever chosen to leave. Of the others those go first whose last use is longest ago.
 */
final class Residents {
  private final SteadyClock clock;
  private final LeaseTerms terms;

  @GuardedBy("this")
  private final Map<Resident, Resident> all = new HashMap<>();

  // By last use: whatever use has moved is at its end.
  @GuardedBy("this")
  private final LifeList free = new LifeList();

  // By the time they are kept until.
  @GuardedBy("this")
  private final LifeList kept = new LifeList();

  // What was deleted while the index was built, lest the scan brings it back; null once it is.
  @GuardedBy("this")
  private @Nullable Set<Resident> deletedMeanwhile = new HashSet<>();

  // What is about to be written, and by how many; its old form must not be deleted meanwhile.
  @GuardedBy("this")
  private final Map<Resident, Integer> claimed = new HashMap<>();

  @GuardedBy("this")
  private long bytes;

  @GuardedBy("this")
  private long reserved;

  @GuardedBy("this")
  private long leavingBytes;

  Residents(SteadyClock clock, LeaseTerms terms) {
    this.clock = clock;
    this.terms = terms;
  }

  /**
   * Marks objects as used now, and as kept for a time. To be called before one looks whether they
   * are there: what is found then stays.
   *
   * @param keepSeconds 0 for what is merely used
   */
  synchronized Marked mark(Collection<String> keys, int keepSeconds) {
    int now = clock.seconds();
    Set<String> leaving = new HashSet<>();
    Set<String> unknown = new HashSet<>();
    List<Note> notes = new ArrayList<>();
    for (String key : keys) {
      Resident resident = all.get(Resident.named(key));
      if (resident == null) {
        unknown.add(key);
      } else if (resident.leaving) {
        leaving.add(key);
      } else if (mark(resident, now, keepSeconds)) {
        notes.add(note(resident));
      }
    }
    return new Marked(leaving, unknown, notes);
  }

  /** Adds what was found in the bucket but is not known here, used now. Says what to note. */
  synchronized List<Note> adopt(Map<String, Long> found, int keepSeconds) {
    int now = clock.seconds();
    List<Note> notes = new ArrayList<>();
    found.forEach(
        (key, size) -> {
          Resident name = Resident.named(key);
          if (!all.containsKey(name)) {
            Resident resident = insert(name, size);
            mark(resident, now, keepSeconds);
            if (keepSeconds > 0) {
              notes.add(note(resident));
            }
          }
        });
    return notes;
  }

  /**
   * Takes over what another process noted of objects. Says which of them are not known here, and so
   * have to be looked for.
   */
  synchronized List<String> hear(List<Note> notes) {
    List<String> unknown = new ArrayList<>();
    for (Note note : notes) {
      Resident resident = all.get(Resident.named(note.key()));
      if (resident == null) {
        unknown.add(note.key());
      } else if (!resident.leaving) {
        int now = clock.seconds();
        int until = clock.fromEpoch(note.keptUntil());
        if (until > Math.max(now, resident.keptUntil)) {
          resident.keptUntil = until;
          LifeList.remove(resident);
          kept.addNewest(resident);
        }
        if (clock.fromEpoch(note.used()) > resident.used) {
          mark(resident, Math.min(now, clock.fromEpoch(note.used())), 0);
        }
      }
    }
    return unknown;
  }

  /** Adds what another process wrote, as it noted. */
  synchronized void adoptNoted(Map<String, Long> found, List<Note> notes) {
    int now = clock.seconds();
    for (Note note : notes) {
      Resident name = Resident.named(note.key());
      Long size = found.get(note.key());
      if (size != null && !all.containsKey(name)) {
        Resident resident = insert(name, size);
        resident.used = Math.min(now, clock.fromEpoch(note.used()));
        resident.keptUntil = clock.fromEpoch(note.keptUntil());
        if (resident.keptUntil > now) {
          kept.addNewest(resident);
        } else {
          addFree(resident);
        }
      }
    }
  }

  /**
   * Waits until an object that is being deleted is gone, and protects one that is not: from then on
   * another may take its place. To be followed by {@link #unclaim}.
   */
  synchronized void claim(String key) {
    Resident name = Resident.named(key);
    boolean interrupted = false;
    for (Resident resident; (resident = all.get(name)) != null && resident.leaving; ) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    claimed.merge(name, 1, Integer::sum);
  }

  /** The place has been taken, or was not needed. */
  synchronized void unclaim(String key) {
    claimed.computeIfPresent(Resident.named(key), (name, count) -> count == 1 ? null : count - 1);
  }

  /** An object was written, perhaps in place of another. Says what is known of it. */
  synchronized Note written(String key, long size) {
    Resident name = Resident.named(key);
    Resident resident = all.get(name);
    if (resident == null) {
      resident = insert(name, size);
    } else {
      bytes += size - resident.bytes;
      resident.bytes = size;
    }
    mark(resident, clock.seconds(), 0);
    return note(resident);
  }

  /** An object was deleted, by somebody else than whoever took it from {@link #choose}. */
  synchronized void deleted(String key) {
    Resident name = Resident.named(key);
    if (deletedMeanwhile != null) {
      deletedMeanwhile.add(name);
    }
    Resident resident = all.get(name);
    if (resident != null && !resident.leaving) {
      remove(resident);
    }
  }

  /**
   * Takes objects that may go, those used least recently first, until they make up so many bytes or
   * so many objects. Whoever takes them deletes them, and says so by {@link #left} or {@link
   * #stayed}.
   */
  synchronized List<Resident> choose(long wanted, int most) {
    int now = clock.seconds();
    endKeeping(now);
    List<Resident> chosen = new ArrayList<>();
    long sum = 0;
    for (Resident oldest; (oldest = free.oldest()) != null && sum < wanted; ) {
      if (chosen.size() >= most || oldest.used + terms.lease() > now) {
        break;
      }
      if (claimed.containsKey(oldest)) {
        mark(oldest, now, 0);
        continue;
      }
      LifeList.remove(oldest);
      oldest.leaving = true;
      sum += oldest.bytes;
      chosen.add(oldest);
    }
    leavingBytes += sum;
    return chosen;
  }

  /**
   * Takes those of the objects that were not used since a moment and may go; as {@link #choose}.
   */
  synchronized List<Resident> chooseUnused(Collection<String> keys, Instant since) {
    int now = clock.seconds();
    int moment = clock.fromEpoch(since.getEpochSecond());
    List<Resident> chosen = new ArrayList<>();
    for (String key : keys) {
      Resident resident = all.get(Resident.named(key));
      if (resident != null
          && !resident.leaving
          && !claimed.containsKey(resident)
          && resident.used < moment
          && resident.used + terms.lease() <= now
          && resident.keptUntil <= now) {
        LifeList.remove(resident);
        resident.leaving = true;
        leavingBytes += resident.bytes;
        chosen.add(resident);
      }
    }
    return chosen;
  }

  /**
   * When that was last used which goes next, in seconds since 1970; the greatest if nothing may.
   */
  synchronized long oldest() {
    int now = clock.seconds();
    endKeeping(now);
    Resident oldest = free.oldest();
    return oldest == null || oldest.used + terms.lease() > now
        ? Long.MAX_VALUE
        : clock.toEpoch(oldest.used);
  }

  /** When an object was last used. */
  synchronized Optional<Instant> lastUse(String key) {
    return Optional.ofNullable(all.get(Resident.named(key)))
        .map(resident -> Instant.ofEpochSecond(clock.toEpoch(resident.used)));
  }

  /** A chosen object is gone. */
  synchronized void left(Resident resident) {
    leavingBytes -= resident.bytes;
    remove(resident);
    notifyAll();
  }

  /** A chosen object could not be deleted. */
  synchronized void stayed(Resident resident) {
    leavingBytes -= resident.bytes;
    resident.leaving = false;
    resident.used = clock.seconds();
    free.addNewest(resident);
    notifyAll();
  }

  /** Sets bytes aside for what is being written. Negative to give them back. */
  synchronized void reserve(long more) {
    reserved += more;
  }

  /** Bytes of all objects, what is being written included, what is being deleted not. */
  synchronized long bytes() {
    return bytes + reserved - leavingBytes;
  }

  /** Bytes that are about to become free. */
  synchronized long leavingBytes() {
    return leavingBytes;
  }

  synchronized int count() {
    return all.size();
  }

  /**
   * Adds objects that a scan found and that are not known yet.
   *
   * @param found each older than those before it, and than all that is known
   */
  synchronized void found(List<Resident> found) {
    int now = clock.seconds();
    for (Resident resident : found) {
      Resident known = all.get(resident);
      if (known != null && known.keptUntil < resident.keptUntil && !known.leaving) {
        known.keptUntil = resident.keptUntil;
        LifeList.remove(known);
        kept.addOldest(known);
      }
      if (known != null || (deletedMeanwhile != null && deletedMeanwhile.contains(resident))) {
        continue;
      }
      all.put(resident, resident);
      bytes += resident.bytes;
      (resident.keptUntil > now ? kept : free).addOldest(resident);
    }
  }

  /** The scan is over: everything is known. */
  synchronized void foundAll() {
    deletedMeanwhile = null;
  }

  synchronized boolean knowsAll() {
    return deletedMeanwhile == null;
  }

  /** A note of each object. */
  synchronized List<Resident> snapshot() {
    return new ArrayList<>(all.keySet());
  }

  /** What the journal says of an object; of one that changes meanwhile, some mixture. */
  Note note(Resident resident) {
    return new Note(
        resident.key(), clock.toEpoch(resident.used), clock.toEpoch(resident.keptUntil));
  }

  /** Says whether the journal should hear of it. */
  @GuardedBy("this")
  private boolean mark(Resident resident, int now, int keepSeconds) {
    boolean tell = now - resident.noted >= terms.noteEvery();
    resident.used = now;
    if (keepSeconds > 0 && resident.keptUntil < now + keepSeconds) {
      // Somewhat longer than asked for, so that the next who ask for the same change nothing.
      resident.keptUntil = now + keepSeconds + keepSeconds / 4;
      LifeList.remove(resident);
      kept.addNewest(resident);
      tell = true;
    } else if (resident.list != kept) {
      LifeList.remove(resident);
      free.addNewest(resident);
    }
    if (tell) {
      resident.noted = now;
    }
    return tell;
  }

  @GuardedBy("this")
  private Resident insert(Resident name, long size) {
    Resident resident = name.toKeep(size);
    all.put(resident, resident);
    bytes += size;
    return resident;
  }

  @GuardedBy("this")
  private void remove(Resident resident) {
    LifeList.remove(resident);
    all.remove(resident);
    bytes -= resident.bytes;
  }

  /** What need not stay any longer is as free as the others. */
  @GuardedBy("this")
  private void endKeeping(int now) {
    for (Resident first; (first = kept.oldest()) != null && first.keptUntil <= now; ) {
      LifeList.remove(first);
      addFree(first);
    }
  }

  /** Where it belongs between the others would have to be looked for; the ends will do. */
  @GuardedBy("this")
  private void addFree(Resident resident) {
    Resident oldest = free.oldest();
    if (oldest == null || resident.used > oldest.used) {
      free.addNewest(resident);
    } else {
      free.addOldest(resident);
    }
  }
}
