// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Writes that replace one object, one at a time: of those that come while one is under way only the
 * last is done, and the others end with it, as if it had come right after them. Cloud Storage takes
 * about one a second. Safe for concurrent use.
 */
final class LatestWrites {
  /** Writes an object, and returns what is there then. */
  @FunctionalInterface
  interface Write {
    GcsObject run() throws IOException;
  }

  /** What comes next for one object, and those who wait for it. */
  private static final class Turn {
    private final CompletableFuture<Boolean> begun = new CompletableFuture<>();
    private final CompletableFuture<GcsObject> done = new CompletableFuture<>();
    private Write latest;

    Turn(Write first) {
      latest = first;
    }
  }

  /** What is next for each object that is being written; null for nothing. */
  @GuardedBy("this")
  private final Map<String, @Nullable Turn> next = new HashMap<>();

  /**
   * Does this write, or one that came after it. Blocks until it is done.
   *
   * @return what is there then
   */
  GcsObject run(String name, Write write) throws IOException {
    Turn turn;
    boolean mine;
    synchronized (this) {
      Turn waiting = next.get(name);
      if (waiting != null) {
        waiting.latest = write;
        turn = waiting;
        mine = false;
      } else {
        turn = new Turn(write);
        mine = true;
        if (next.containsKey(name)) {
          next.put(name, turn);
        } else {
          next.put(name, null);
          turn.begun.complete(true);
        }
      }
    }
    if (mine) {
      turn.begun.join();
      serve(name, turn);
    }
    return await(turn);
  }

  /** By the thread of whoever came first, so that each waits for one that is at work. */
  private void serve(String name, Turn turn) {
    Write latest;
    synchronized (this) {
      latest = turn.latest;
      if (next.get(name) == turn) {
        next.put(name, null);
      }
    }
    try {
      turn.done.complete(latest.run());
    } catch (IOException | RuntimeException | Error e) {
      turn.done.completeExceptionally(e);
    } finally {
      pass(name);
    }
  }

  private synchronized void pass(String name) {
    Turn following = next.get(name);
    if (following == null) {
      next.remove(name);
    } else {
      following.begun.complete(true);
    }
  }

  private static GcsObject await(Turn turn) throws IOException {
    try {
      return turn.done.join();
    } catch (CompletionException e) {
      Throwable failure = e.getCause() == null ? e : e.getCause();
      // Each who waited has a stack of its own.
      throw new IOException(failure.getMessage(), failure);
    }
  }
}
