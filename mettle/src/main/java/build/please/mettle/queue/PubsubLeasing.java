// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import java.time.Duration;

/**
 * How messages of Cloud Pub/Sub are held.
 *
 * @param step an extension lasts so long, so a dead worker's message comes back after it at the
 *     latest; Pub/Sub takes 10 to 600 seconds
 * @param extendEvery several times per step, so that one lost call harms nothing
 * @param longest after this a message is not extended any more
 * @param batch how many messages are asked for, even if fewer takers wait
 * @param lazy whether returned messages wait for the end of their step
 * @param firstPause before a failed pull is repeated; doubles up to {@code longestPause}
 */
record PubsubLeasing(
    Duration step,
    Duration extendEvery,
    Duration longest,
    int batch,
    boolean lazy,
    Duration firstPause,
    Duration longestPause) {

  static PubsubLeasing of(QueueConfig config, int batch, boolean lazy) {
    return new PubsubLeasing(
        config.leaseStep(),
        config.leaseStep().dividedBy(4),
        config.longestLease(),
        batch,
        lazy,
        Duration.ofMillis(100),
        Duration.ofSeconds(10));
  }

  /** How often a message is extended. */
  long extensions() {
    return longest.dividedBy(extendEvery);
  }
}
