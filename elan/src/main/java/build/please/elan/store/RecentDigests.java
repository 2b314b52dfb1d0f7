// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.Digest;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Digests that were added within a time, or fewer of them. Safe for concurrent use.
 *
 * <p>They are kept in two generations, the older of which is dropped as a whole when the younger is
 * full or has the age of half of the time. So a look costs one or two probes and writes nothing,
 * which keeping an order of use does not allow.
 */
final class RecentDigests {
  /** Digests that were there at one moment. */
  interface View {
    boolean contains(Digest digest);
  }

  private final long most;
  private final long nanos;
  private final LongSupplier nanoTime;
  private volatile Generations generations;

  /**
   * @param born when the younger began
   * @param died when the older ends
   */
  private record Generations(Set<Digest> young, Set<Digest> old, long born, long died)
      implements View {
    @Override
    public boolean contains(Digest digest) {
      return young.contains(digest) || old.contains(digest);
    }
  }

  /**
   * @param most digests, an even number of them
   * @param nanoTime as {@link System#nanoTime}
   */
  RecentDigests(long most, Duration time, LongSupplier nanoTime) {
    this.most = Math.max(1, most / 2);
    this.nanos = time.toNanos();
    this.nanoTime = nanoTime;
    this.generations = begin(Set.of(), 0);
  }

  /** Those that are there now; for a batch, not to be kept. */
  View view() {
    return current();
  }

  void add(Digest digest) {
    Generations now = current();
    now.young().add(digest);
    if (now.young().size() > most) {
      turn(now);
    }
  }

  void remove(Digest digest) {
    // Under the lock, lest the younger becomes the older in between.
    synchronized (this) {
      generations.young().remove(digest);
      if (!generations.old().isEmpty()) {
        generations.old().remove(digest);
      }
    }
  }

  private Generations current() {
    Generations now = generations;
    long time = nanoTime.getAsLong();
    boolean goesOn =
        time - now.born() < nanos / 2 && (now.old().isEmpty() || time - now.died() < 0);
    return goesOn ? now : turn(now);
  }

  @SuppressWarnings("ReferenceEquality") // Whether nobody else has turned them meanwhile.
  private synchronized Generations turn(Generations seen) {
    long age = nanoTime.getAsLong() - seen.born();
    if (generations == seen) {
      if (age < nanos / 2 && seen.young().size() <= most) {
        generations = new Generations(seen.young(), Set.of(), seen.born(), 0);
      } else {
        generations = begin(age < nanos ? seen.young() : Set.of(), seen.born() + nanos);
      }
    }
    return generations;
  }

  private Generations begin(Set<Digest> old, long died) {
    return new Generations(ConcurrentHashMap.newKeySet(), old, nanoTime.getAsLong(), died);
  }
}
