// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import io.grpc.Status;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * The calls under way, so that a server that stops can end them with a status that clients retry: a
 * connection that is cut arrives as CANCELLED, which they do not. Safe for concurrent use.
 */
final class OpenCalls {
  private static final Status STOPPING =
      Status.UNAVAILABLE.withDescription("the server is stopping");

  private final Set<SingleEndCall<?, ?>> open = ConcurrentHashMap.newKeySet();
  private volatile boolean ended;
  private volatile long lastChange = System.nanoTime();

  void add(SingleEndCall<?, ?> call) {
    lastChange = System.nanoTime();
    open.add(call);
    if (ended) {
      call.cut(STOPPING);
    }
  }

  void remove(SingleEndCall<?, ?> call) {
    open.remove(call);
    lastChange = System.nanoTime();
  }

  /**
   * Blocks until no call has been under way for {@code quiet}, at most for {@code limit}. An
   * interrupt ends it and stays set.
   */
  void awaitQuiet(Duration quiet, Duration limit) {
    long start = System.nanoTime();
    while (!Thread.currentThread().isInterrupted()) {
      long now = System.nanoTime();
      boolean isQuiet = open.isEmpty() && now - lastChange >= quiet.toNanos();
      if (isQuiet || now - start >= limit.toNanos()) {
        return;
      }
      // Nobody tells when nothing happens.
      LockSupport.parkNanos(quiet.toNanos() / 10);
    }
  }

  /** Ends what is open, and at once whatever is begun from now on. Does not wait for handlers. */
  void end() {
    ended = true;
    open.forEach(call -> call.cut(STOPPING));
  }
}
