// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import java.time.Duration;

/**
 * How queues are used.
 *
 * @param emulator host and port of something that stands in for Cloud Pub/Sub, in plaintext and
 *     without credentials; empty for the real one
 * @param publishTimeout how long a message may take to be confirmed, repetitions included
 * @param longestLease for so long is a message kept from others while somebody works on it
 */
public record QueueConfig(String emulator, Duration publishTimeout, Duration longestLease) {
  public QueueConfig {
    if (publishTimeout.isNegative() || publishTimeout.isZero()) {
      throw new IllegalArgumentException("publish timeout " + publishTimeout + " is too short");
    }
  }
}
