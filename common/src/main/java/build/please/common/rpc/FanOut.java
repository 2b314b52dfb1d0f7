// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Does the same to each of many things, several at a time, on a pool that others share. Safe for
 * concurrent use.
 *
 * <p>The function must not itself fan out on the same pool, or both wait for ever.
 */
public final class FanOut {
  /** One piece of the work. */
  @FunctionalInterface
  public interface Piece<T, R> {
    R apply(T item) throws IOException;
  }

  private final Executor pool;

  /**
   * @param pool runs the pieces; its size bounds how many are under way for all callers together
   */
  public FanOut(Executor pool) {
    this.pool = pool;
  }

  /**
   * The function's results, in the order of the items. Blocks until no piece is running any more.
   *
   * @throws IOException the first failure; pieces that had not begun by then are left out
   */
  public <T, R> List<R> map(Collection<T> items, Piece<T, R> piece) throws IOException {
    List<R> results = new ArrayList<>(items.size());
    if (items.size() == 1) {
      results.add(piece.apply(items.iterator().next()));
      return results;
    }
    AtomicBoolean failed = new AtomicBoolean();
    List<CompletableFuture<R>> pieces = new ArrayList<>(items.size());
    RejectedExecutionException rejected = null;
    try {
      for (T item : items) {
        pieces.add(CompletableFuture.supplyAsync(() -> run(piece, item, failed), pool));
      }
    } catch (RejectedExecutionException e) {
      failed.set(true);
      rejected = e;
    }
    CompletableFuture<Void> all =
        CompletableFuture.allOf(pieces.toArray(new CompletableFuture<?>[0]));
    all.exceptionally(failure -> null).join();
    if (rejected != null) {
      throw new IOException("this server is shutting down", rejected);
    }
    Throwable firstFailure = null;
    for (CompletableFuture<R> one : pieces) {
      try {
        results.add(one.join());
      } catch (CompletionException e) {
        if (!(e.getCause() instanceof Skipped)) {
          firstFailure = e.getCause();
          break;
        }
      }
    }
    if (firstFailure instanceof IOException e) {
      throw e;
    } else if (firstFailure instanceof RuntimeException e) {
      throw e;
    } else if (firstFailure instanceof Error e) {
      throw e;
    }
    return results;
  }

  private static <T, R> R run(Piece<T, R> piece, T item, AtomicBoolean failed) {
    if (failed.get()) {
      throw new CompletionException(new Skipped());
    }
    try {
      return piece.apply(item);
    } catch (IOException | RuntimeException | Error e) {
      failed.set(true);
      throw new CompletionException(e);
    }
  }

  /** Not begun, because another piece had failed. */
  private static final class Skipped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public Throwable fillInStackTrace() {
      return this;
    }
  }
}
