// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.elan.bucket.Bounds;
import java.time.Duration;

/**
 * How a store goes about its work.
 *
 * @param bounds how large it may become
 * @param promise how long blobs stay at least after the action cache named them
 * @param maxBlobBytes of the largest blob that is taken; 0 for no limit
 * @param knownBlobs whose presence is remembered for a while; 0 to ask each time
 * @param memory small blobs that are held on the heap
 * @param compressed what becomes of blobs that come compressed
 * @param results which result of an action stays
 */
public record StoreConfig(
    Bounds bounds,
    Duration promise,
    long maxBlobBytes,
    long knownBlobs,
    MemoryTier memory,
    Compressed compressed,
    Results results) {
  /** What {@code --ac_promise} says unless given. */
  public static final Duration DEFAULT_PROMISE = Duration.ofHours(6);

  /** Unbounded, and nothing held in memory. */
  public static final StoreConfig DEFAULT =
      new StoreConfig(
          Bounds.NONE,
          DEFAULT_PROMISE,
          0,
          0,
          MemoryTier.NONE,
          Compressed.AS_IT_CAME,
          Results.NEWEST);

  /**
   * @throws IllegalArgumentException if a number is negative, or the promise is no longer than the
   *     lease
   */
  public StoreConfig {
    if (maxBlobBytes < 0 || knownBlobs < 0) {
      throw new IllegalArgumentException("sizes must not be negative");
    }
    if (promise.compareTo(bounds.lease()) < 0) {
      throw new IllegalArgumentException(
          "the action cache must promise for at least as long as a lease");
    }
  }

  /** The same, with another promise, which is no shorter than a lease. */
  public StoreConfig withPromise(Duration other) {
    return new StoreConfig(
        bounds,
        other.compareTo(bounds.lease()) < 0 ? bounds.lease() : other,
        maxBlobBytes,
        knownBlobs,
        memory,
        compressed,
        results);
  }

  /**
   * Small blobs on the heap.
   *
   * @param maxBytes of all of them; 0 for none
   * @param maxItemBytes of one
   */
  public record MemoryTier(long maxBytes, long maxItemBytes) {
    public static final MemoryTier NONE = new MemoryTier(0, 0);

    /** What servers take unless told otherwise. */
    public static final MemoryTier DEFAULT = new MemoryTier(10_000_000, 100_000);

    /**
     * @throws IllegalArgumentException if a number is negative
     */
    public MemoryTier {
      if (maxBytes < 0 || maxItemBytes < 0) {
        throw new IllegalArgumentException("sizes must not be negative");
      }
    }
  }

  /** What becomes of blobs that come compressed. */
  public enum Compressed {
    AS_IT_CAME,
    /** Stored plain, for servers that read nothing else. */
    DECODED
  }

  /** Which result of an action stays. */
  public enum Results {
    NEWEST,
    FIRST
  }
}
