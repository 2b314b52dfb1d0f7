// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Forces directories to disk, so that the names in them survive a power cut. Whoever asks while a
 * directory is being forced shares the next force of it with all others who do; who asks alone does
 * not wait. Safe for concurrent use.
 */
final class DirectorySync {
  /** All who wait for one force. */
  private static final class Group {
    private final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
  }

  /** The force of a directory that is under way, and the one that will follow. */
  private static final class Turns {
    private @Nullable Group running;
    private @Nullable Group next;
  }

  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Map<Path, Turns> turns = new HashMap<>();

  /**
   * Blocks until every name that was made in the directory before this call is on disk.
   *
   * @throws IOException if that failed, for all who waited for the same force; the names may or may
   *     not be there after a power cut
   */
  void force(Path directory) throws IOException {
    Group mine;
    @Nullable Group before = null;
    boolean first = false;
    lock.lock();
    try {
      Turns here = turns.computeIfAbsent(directory, d -> new Turns());
      if (here.next == null) {
        here.next = new Group();
        before = here.running;
        first = true;
      }
      mine = here.next;
    } finally {
      lock.unlock();
    }
    if (first) {
      lead(directory, mine, before);
    }
    try {
      mine.done.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException failure) {
        // A new one for each, since each has a stack of its own.
        throw new IOException(directory + " cannot be forced to disk", failure);
      }
      throw e;
    }
  }

  private void lead(Path directory, Group mine, @Nullable Group before) {
    if (before != null) {
      // How it ends is others' business.
      before.done.handle((nothing, failure) -> null).join();
    }
    lock.lock();
    try {
      Turns here = turns.computeIfAbsent(directory, d -> new Turns());
      here.running = mine;
      here.next = null;
    } finally {
      lock.unlock();
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
      mine.done.complete(null);
    } catch (IOException | RuntimeException e) {
      mine.done.completeExceptionally(e);
    } finally {
      end(directory, mine);
    }
  }

  private void end(Path directory, Group mine) {
    // After an Error nobody must wait for ever.
    mine.done.completeExceptionally(new IOException("interrupted by an error"));
    lock.lock();
    try {
      @Nullable Turns here = turns.get(directory);
      if (here != null && here.running == mine) {
        here.running = null;
        if (here.next == null) {
          turns.remove(directory);
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
