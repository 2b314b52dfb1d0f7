// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.rpc.FanOut;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Does the same to each item of a batch: on the caller's thread while items are quick, and several
 * at a time once they take longer than to wake another thread for them. Safe for concurrent use.
 */
final class BatchItems {
  /** Nanoseconds of an item that is worth another thread. */
  private static final long WORTH_A_THREAD = 150_000;

  private static final int STEP = 32;

  /** What is done to several items at once. */
  @FunctionalInterface
  interface Step<T> {
    void accept(List<T> items) throws IOException;
  }

  private final FanOut fanOut;
  private final LongSupplier nanoTime;
  // What items took lately. Threads may overwrite each other's; it is a hint.
  private volatile long usual;

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  BatchItems(FanOut fanOut, LongSupplier nanoTime) {
    this.fanOut = fanOut;
    this.nanoTime = nanoTime;
  }

  /** As {@link FanOut#map}. */
  <T, R> List<R> map(List<T> items, FanOut.Piece<T, R> piece) throws IOException {
    FanOut.Piece<T, R> timed = item -> timed(item, piece);
    List<R> results = new ArrayList<>(items.size());
    while (results.size() < items.size() && usual < WORTH_A_THREAD) {
      results.add(timed.apply(items.get(results.size())));
    }
    if (results.size() < items.size()) {
      results.addAll(fanOut.map(items.subList(results.size(), items.size()), timed));
    }
    return results;
  }

  /**
   * Does several items in each step, on the caller's thread, for as long as they are quick.
   *
   * @return how many are done, from the first on
   */
  <T> int steps(List<T> items, Step<T> step) throws IOException {
    int done = 0;
    while (done < items.size() && usual < WORTH_A_THREAD) {
      List<T> some = items.subList(done, Math.min(done + STEP, items.size()));
      long start = nanoTime.getAsLong();
      step.accept(some);
      note((nanoTime.getAsLong() - start) / some.size());
      done += some.size();
    }
    return done;
  }

  private void note(long took) {
    // Slow ones show at once, quick ones after a few.
    usual = took > usual ? (took + usual) / 2 : usual - (usual - took) / 8;
  }

  private <T, R> R timed(T item, FanOut.Piece<T, R> piece) throws IOException {
    long start = nanoTime.getAsLong();
    R result = piece.apply(item);
    note(nanoTime.getAsLong() - start);
    return result;
  }
}
