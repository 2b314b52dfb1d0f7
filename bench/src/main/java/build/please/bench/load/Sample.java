// SPDX-License-Identifier: Apache-2.0
package build.please.bench.load;

import java.util.Optional;

/** What came of a number of calls. */
public final class Sample {
  private final long nanos;
  private final long[] latencies;
  private final int errors;
  private final Optional<String> firstError;

  /**
   * Takes over what is given.
   *
   * @param nanos wall time from the first call sent to the last answer
   * @param latencies of the calls that went well, in nanoseconds, in no order
   * @param errors calls that failed or were answered with another length than is right
   * @param firstError what was wrong with the first of them
   */
  public Sample(long nanos, long[] latencies, int errors, Optional<String> firstError) {
    this.nanos = nanos;
    this.latencies = latencies;
    this.errors = errors;
    this.firstError = firstError;
  }

  /** The latencies of the calls that went well, in nanoseconds; not to be changed. */
  public long[] latencies() {
    return latencies;
  }

  /** Calls that failed. */
  public int errors() {
    return errors;
  }

  /** What was wrong with the first of them. */
  public Optional<String> firstError() {
    return firstError;
  }

  /** Calls that went well. */
  public int operations() {
    return latencies.length;
  }

  /** Calls that went well, for each second of wall time. */
  public double perSecond() {
    return operations() * 1e9 / Math.max(1, nanos);
  }
}
