// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the cache holds, who needs it, and what goes first: that which nobody needs and whose last
 * use is longest ago. Only touches memory. Safe for concurrent use.
 *
 * <p>What actions hold never goes, so that the cache may be larger than its bound for as long as
 * they run. Their input roots would need the room anyway.
 */
final class CacheIndex {
  private static final long BLOCK = 4096;

  /** Files that one caller has to remove. */
  private static final int BATCH = 1000;

  private final long maxBytes;

  @GuardedBy("this")
  private final Map<CachedFile, CachedFile> all = new HashMap<>();

  // Held by nobody, in the order in which the last holders left.
  @GuardedBy("this")
  private final Set<CachedFile> idle = new LinkedHashSet<>();

  // From the last run, in the order of use; those used since are passed over.
  @GuardedBy("this")
  private final Deque<CachedFile> untouched = new ArrayDeque<>();

  @GuardedBy("this")
  private long bytes;

  @GuardedBy("this")
  private boolean complete;

  CacheIndex(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** The file of that form, if there is one, held until {@link #release}. */
  synchronized Optional<CachedFile> hold(CachedFile name) {
    CachedFile file = all.get(name);
    if (file == null) {
      return Optional.empty();
    }
    take(file);
    return Optional.of(file);
  }

  /** Adds a file and holds it, unless there is one like it, which is then held and returned. */
  synchronized CachedFile add(CachedFile file) {
    CachedFile known = all.putIfAbsent(file, file);
    if (known == null) {
      bytes += footprint(file);
    }
    CachedFile held = known == null ? file : known;
    take(held);
    return held;
  }

  synchronized void release(Collection<CachedFile> files) {
    for (CachedFile file : files) {
      file.holders--;
      if (file.holders == 0 && isKnown(file)) {
        idle.add(file);
      }
    }
  }

  /** Forgets a file, held or not. Says whether it was known. */
  synchronized boolean remove(CachedFile file) {
    if (!isKnown(file)) {
      return false;
    }
    all.remove(file);
    idle.remove(file);
    file.used = true;
    bytes -= footprint(file);
    return true;
  }

  /** Adds a file of the last run. Says no if there is another like it. */
  synchronized boolean found(CachedFile file) {
    boolean isNew = all.putIfAbsent(file, file) == null;
    if (isNew) {
      bytes += footprint(file);
    }
    return isNew;
  }

  /** The files of the last run are all known; the one that was used longest ago comes first. */
  synchronized void foundAll(List<CachedFile> files) {
    files.forEach(
        file -> {
          if (!file.used && isKnown(file)) {
            untouched.add(file);
          }
        });
    complete = true;
  }

  /**
   * Forgets files that are too many, which the caller removes. Asked again until there are none.
   */
  synchronized List<CachedFile> evict() {
    List<CachedFile> victims = new ArrayList<>();
    while (complete && bytes > maxBytes && victims.size() < BATCH) {
      CachedFile victim = untouched.poll();
      if (victim == null) {
        if (idle.isEmpty()) {
          break;
        }
        victim = idle.iterator().next();
      } else if (victim.used) {
        continue;
      }
      remove(victim);
      victims.add(victim);
    }
    return victims;
  }

  synchronized long bytes() {
    return bytes;
  }

  synchronized int count() {
    return all.size();
  }

  /** Whether it is that very file, and not another like it. */
  @GuardedBy("this")
  private boolean isKnown(CachedFile file) {
    CachedFile known = all.get(file);
    return known != null && known.number() == file.number();
  }

  @GuardedBy("this")
  private void take(CachedFile file) {
    if (file.holders == 0) {
      idle.remove(file);
    }
    file.holders++;
    file.used = true;
  }

  /** What a file takes on most disks. */
  private static long footprint(CachedFile file) {
    return BLOCK + (file.size() + BLOCK - 1) / BLOCK * BLOCK;
  }
}
