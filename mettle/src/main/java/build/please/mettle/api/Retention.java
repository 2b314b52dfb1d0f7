// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import java.time.Duration;

/**
 * How long operations are remembered, and tried.
 *
 * @param finished since the end of the run, so that a client that was cut off can still collect the
 *     answer (EXE-51)
 * @param finishedBytes of all finished operations together; beyond it the oldest go early
 * @param silent since the last news of a run that nobody here watches, and whose end may have been
 *     lost; long, since a forgotten run is run again
 * @param maxAttempts when so many workers began a run and did not end it, and yet another begins
 *     it, it has ended for those who wait
 */
public record Retention(Duration finished, long finishedBytes, Duration silent, int maxAttempts) {
  private static final int ATTEMPTS = 5;

  /** Ten minutes, 256 MiB, a day; five attempts. */
  public static final Retention DEFAULT =
      new Retention(Duration.ofMinutes(10), 256L << 20, Duration.ofDays(1));

  /** With five attempts. */
  public Retention(Duration finished, long finishedBytes, Duration silent) {
    this(finished, finishedBytes, silent, ATTEMPTS);
  }

  /** The same with so many attempts. */
  public Retention withMaxAttempts(int attempts) {
    return new Retention(finished, finishedBytes, silent, attempts);
  }
}
