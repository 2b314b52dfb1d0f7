// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

/**
 * How full a bounded bucket is, and what had to go.
 *
 * @param bytes that count against the bound
 * @param maxBytes the bound; 0 if there is none
 * @param objects that are known
 * @param evictedObjects since the start
 * @param evictedBytes since the start
 * @param keptObjects how often an object's life was prolonged by a promise, since the start
 * @param state whether writes are taken
 */
public record Occupancy(
    long bytes,
    long maxBytes,
    long objects,
    long evictedObjects,
    long evictedBytes,
    long keptObjects,
    State state) {
  /** Whether writes are taken. */
  public enum State {
    /** The index is not complete yet; writes are taken, nothing is evicted. */
    INDEXING,
    /** Within its bounds. */
    OPEN,
    /** Full of what may not go; writes are refused. */
    FULL
  }
}
