// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.time.Duration;

/**
 * How large a store may become, and how long an object stays that was used.
 *
 * @param maxBytes of all objects together; 0 for no limit
 * @param minFreeBytes that must stay free on the disk of the store; 0 not to look, {@link
 *     #A_TWENTIETH} for what suits the disk
 * @param lease how long an object stays at least after it was written, read or asked for, so that
 *     whoever was told of it finds it (GEN-18)
 */
public record Bounds(long maxBytes, long minFreeBytes, Duration lease) {
  /** A twentieth of the disk must stay free, but never more than a gibibyte. */
  public static final long A_TWENTIETH = -1;

  /** Nothing is ever evicted. */
  public static final Bounds NONE = new Bounds(0, 0, Duration.ofMinutes(2));

  /**
   * @throws IllegalArgumentException if a number is negative
   */
  public Bounds {
    if (maxBytes < 0 || minFreeBytes < A_TWENTIETH || lease.isNegative()) {
      throw new IllegalArgumentException("bounds of a store must not be negative");
    }
  }

  /** With the free bytes in numbers. */
  Bounds onDisk(long diskBytes) {
    return minFreeBytes == A_TWENTIETH
        ? new Bounds(maxBytes, Math.min(diskBytes / 20, 1L << 30), lease)
        : this;
  }

  boolean areNone() {
    return maxBytes == 0 && minFreeBytes == 0;
  }
}
