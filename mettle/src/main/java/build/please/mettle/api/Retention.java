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
 * @param queueTimeout a run that no worker has begun for so long ends; zero lets it wait
 * @param unheard since the last news of a run that another API server said it requests, and that
 *     somebody watches here; then it is requested here as well
 */
public record Retention(
    Duration finished,
    long finishedBytes,
    Duration silent,
    int maxAttempts,
    Duration queueTimeout,
    Duration unheard) {
  private static final int ATTEMPTS = 5;
  private static final Duration UNHEARD = Duration.ofSeconds(90);

  /** Ten minutes, 256 MiB, a day; five attempts; it may wait, unheard of for 90 seconds. */
  public static final Retention DEFAULT =
      new Retention(Duration.ofMinutes(10), 256L << 20, Duration.ofDays(1));

  /** With five attempts, however long it waits. */
  public Retention(Duration finished, long finishedBytes, Duration silent) {
    this(finished, finishedBytes, silent, ATTEMPTS, Duration.ZERO, UNHEARD);
  }

  /** The same with so many attempts. */
  public Retention withMaxAttempts(int attempts) {
    return new Retention(finished, finishedBytes, silent, attempts, queueTimeout, unheard);
  }

  /** The same with so much time in the queue. */
  public Retention withQueueTimeout(Duration timeout) {
    return new Retention(finished, finishedBytes, silent, maxAttempts, timeout, unheard);
  }
}
