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
 * @param leaseStep for how long it is kept each time; when its holder dies, it comes back after
 *     that
 */
public record QueueConfig(
    String emulator, Duration publishTimeout, Duration longestLease, Duration leaseStep) {
  private static final Duration STEP = Duration.ofMinutes(1);

  /** What Pub/Sub takes. */
  private static final Duration SHORTEST_STEP = Duration.ofSeconds(10);

  private static final Duration LONGEST_STEP = Duration.ofMinutes(10);

  /**
   * @throws IllegalArgumentException if a duration is out of its range; one line
   */
  public QueueConfig {
    if (publishTimeout.isNegative() || publishTimeout.isZero()) {
      throw new IllegalArgumentException("publish timeout " + publishTimeout + " is too short");
    }
    if (leaseStep.compareTo(SHORTEST_STEP) < 0 || leaseStep.compareTo(LONGEST_STEP) > 0) {
      throw new IllegalArgumentException(
          leaseStep.toMillis() / 1000.0 + " s is not from 10 s to 10 min");
    }
  }

  /** With steps of a minute. */
  public QueueConfig(String emulator, Duration publishTimeout, Duration longestLease) {
    this(emulator, publishTimeout, longestLease, STEP);
  }

  /** The same with other steps. */
  public QueueConfig withLeaseStep(Duration step) {
    return new QueueConfig(emulator, publishTimeout, longestLease, step);
  }
}
