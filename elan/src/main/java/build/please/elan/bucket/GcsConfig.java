// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.time.Clock;
import java.time.Duration;

/**
 * Which part of which bucket, and how it is dealt with.
 *
 * @param prefix of all names; empty for the whole bucket
 * @param endpoint URL of something that stands in for Cloud Storage; empty for the real one
 * @param refreshAfter how old an object's custom time may become before a look at it renews it
 * @param clock sets custom times
 */
record GcsConfig(
    String bucket,
    String prefix,
    String endpoint,
    Duration refreshAfter,
    GcsRetry.Limits limits,
    Clock clock) {
  private static final Duration LEAST_REFRESH = Duration.ofDays(1);

  /**
   * With what is usual.
   *
   * @param emulator as {@code STORAGE_EMULATOR_HOST} says it, with or without a scheme; may be
   *     empty
   */
  static GcsConfig of(
      String bucket, String prefix, Duration promise, String emulator, Clock clock) {
    return new GcsConfig(
        bucket, prefix, endpoint(emulator), refreshAfter(promise), GcsRetry.Limits.USUAL, clock);
  }

  /**
   * A day, so that an object costs one update a day at most, or the promise if that is longer. A
   * rule that deletes what was not used for the two together keeps each promise.
   */
  private static Duration refreshAfter(Duration promise) {
    return promise.compareTo(LEAST_REFRESH) > 0 ? promise : LEAST_REFRESH;
  }

  private static String endpoint(String emulator) {
    String url = emulator.isEmpty() || emulator.contains("://") ? emulator : "http://" + emulator;
    return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
  }

  boolean isEmulated() {
    return !endpoint.isEmpty();
  }
}
