// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import com.google.cloud.storage.StorageException;
import com.google.cloud.storage.StorageRetryStrategy;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Tries again what failed in passing, after pauses that grow and are random, within a number of
 * attempts and a time. For what may be repeated only. Safe for concurrent use.
 */
final class GcsRetry {
  /**
   * How often and how long.
   *
   * @param attempts in all, without progress in between
   * @param first the longest first pause; each next is twice as long at most
   * @param longest pause
   * @param total time after which there is no next attempt
   * @param connect time for a connection to come about
   * @param silence time that an answer may take, and each next piece of it
   */
  record Limits(
      int attempts,
      Duration first,
      Duration longest,
      Duration total,
      Duration connect,
      Duration silence) {
    static final Limits USUAL =
        new Limits(
            6,
            Duration.ofMillis(200),
            Duration.ofSeconds(4),
            Duration.ofSeconds(25),
            Duration.ofSeconds(5),
            Duration.ofSeconds(20));

    /** For a look that is taken again soon. */
    Limits hasty() {
      return new Limits(
          Math.min(attempts, 3), first, longest, min(total, 5), min(connect, 3), min(silence, 5));
    }

    private static Duration min(Duration time, long seconds) {
      Duration other = Duration.ofSeconds(seconds);
      return time.compareTo(other) < 0 ? time : other;
    }
  }

  /** One call. */
  @FunctionalInterface
  interface Call<T> {
    T run() throws IOException;
  }

  private final Limits limits;
  private final LongSupplier nanoTime;

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  GcsRetry(Limits limits, LongSupplier nanoTime) {
    this.limits = limits;
    this.nanoTime = nanoTime;
  }

  /**
   * What the call returns at last.
   *
   * @throws StorageException the last failure, if that is what it was
   */
  <T> T run(Call<T> call) throws IOException {
    Tries tries = tries();
    while (true) {
      try {
        return call.run();
      } catch (StorageException | IOException e) {
        tries.failed(e);
      }
    }
  }

  Tries tries() {
    return new Tries();
  }

  /** The attempts at one thing. Not safe for concurrent use. */
  final class Tries {
    private final long end = nanoTime.getAsLong() + limits.total().toNanos();
    private int failures;

    /**
     * Blocks until it is time for the next attempt.
     *
     * @throws IOException the failure itself, if another attempt would not help or is one too many
     */
    void failed(Exception failure) throws IOException {
      failures++;
      if (!isPassing(failure) || failures >= limits.attempts()) {
        rethrow(failure);
      }
      long pause = pause();
      if (nanoTime.getAsLong() + pause - end > 0) {
        rethrow(failure);
      }
      try {
        TimeUnit.NANOSECONDS.sleep(pause);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw (IOException) new InterruptedIOException("while waiting to try again").initCause(e);
      }
    }

    private long pause() {
      long longest = limits.longest().toNanos();
      long bound = limits.first().toNanos() << Math.min(failures - 1, 20);
      // Anything up to the bound: those that failed together must not come back together.
      return ThreadLocalRandom.current().nextLong(Math.max(Math.min(bound, longest), 1));
    }
  }

  private static void rethrow(Exception failure) throws IOException {
    if (failure instanceof IOException e) {
      throw e;
    } else if (failure instanceof RuntimeException e) {
      throw e;
    }
    throw new IOException(failure);
  }

  /** Whether the same call may well succeed a little later. */
  @SuppressWarnings("NullAway") // There is no response to a call that failed.
  static boolean isPassing(Exception failure) {
    StorageException known;
    if (failure instanceof StorageException e) {
      known = e;
    } else if (failure.getCause() instanceof StorageException e) {
      known = e;
    } else if (failure instanceof IOException e) {
      known = StorageException.translate(e);
    } else {
      return false;
    }
    return StorageRetryStrategy.getDefaultStorageRetryStrategy()
        .getIdempotentHandler()
        .shouldRetry(known, null);
  }
}
