// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import java.time.Duration;

/**
 * How patient the services are.
 *
 * @param idle how long a stream may go without a byte of data before it is ended with
 *     DEADLINE_EXCEEDED and lets go of what it holds; noticed after between one and two of these.
 *     Empty messages are allowed (BSW-17) but are no progress
 * @param resume how long the bytes of an upload wait for a client that went away (BSW-18)
 * @param resumeBytes bytes that may wait so in all; what waits longest goes first
 * @param lastWord how long a finished upload waits for the client to close its side before it is
 *     answered anyway; within it a further message is an error (BSW-07)
 */
public record ServiceConfig(Duration idle, Duration resume, long resumeBytes, Duration lastWord) {
  /** What the servers go by unless told otherwise. */
  public static final ServiceConfig DEFAULT =
      new ServiceConfig(
          Duration.ofMinutes(5), Duration.ofMinutes(5), 16L << 30, Duration.ofMillis(50));

  /**
   * @throws IllegalArgumentException if a time is not positive, or the bytes are negative
   */
  public ServiceConfig {
    if (!isPositive(idle) || !isPositive(resume) || !isPositive(lastWord) || resumeBytes < 0) {
      throw new IllegalArgumentException("times must be positive and bytes not negative");
    }
  }

  private static boolean isPositive(Duration time) {
    return !time.isZero() && !time.isNegative();
  }
}
