// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;

/** Makes calls that are safe to repeat until they succeed or have failed often enough. */
final class Retry {
  /** What can be done again from the start. */
  @FunctionalInterface
  interface Call<T> {
    T run() throws IOException;
  }

  private final int attempts;
  private final Duration firstPause;

  Retry(RemoteConfig config) {
    this.attempts = config.attempts();
    this.firstPause = config.firstPause();
  }

  int attempts() {
    return attempts;
  }

  /**
   * The call's result. Blocks for the calls and the pauses between them.
   *
   * @throws IOException the last failure, or the first that is not transient
   */
  <T> T run(Call<T> call) throws IOException {
    for (int failed = 0; ; ) {
      try {
        return call.run();
      } catch (TransientException e) {
        failed++;
        if (failed >= attempts) {
          throw e;
        }
        pause(firstPause.multipliedBy(1L << Math.min(failed - 1, 10)));
      }
    }
  }

  private static void pause(Duration pause) throws IOException {
    try {
      Thread.sleep(pause.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("interrupted between two calls").initCause(e);
    }
  }
}
