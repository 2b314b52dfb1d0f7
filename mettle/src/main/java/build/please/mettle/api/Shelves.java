// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import com.github.benmanes.caffeine.cache.Ticker;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.List;

/**
 * Where executions lie until it is time to do something about them, each where its state says. Safe
 * for concurrent use; what concerns one execution happens under its lock.
 */
final class Shelves {
  private final Shelf finished;
  private final Shelf unfinished;
  private final Shelf queued;
  private final Shelf unheard;
  private final boolean endsQueued;
  private final Ticker ticker;

  Shelves(Retention retention, Ticker ticker) {
    this.finished = new Shelf(retention.finished(), retention.finishedBytes());
    this.unfinished = new Shelf(retention.silent(), Long.MAX_VALUE);
    this.queued = new Shelf(retention.queueTimeout(), Long.MAX_VALUE);
    this.unheard = new Shelf(retention.unheard(), Long.MAX_VALUE);
    this.endsQueued = !retention.queueTimeout().isZero();
    this.ticker = ticker;
  }

  /** Puts it where its state says, with all its time before it. */
  @GuardedBy("execution")
  void put(Execution execution) {
    if (execution.isFinished()) {
      unfinished.remove(execution);
      finished.put(execution, execution.size(), ticker.read());
    } else {
      finished.remove(execution);
      unfinished.put(execution, 0, ticker.read());
    }
    if (endsQueued && execution.isQueued()) {
      queued.put(execution, 0, ticker.read());
    } else {
      queued.remove(execution);
    }
    if (execution.isRequestedElsewhere()) {
      heardOf(execution);
    } else {
      unheard.remove(execution);
    }
  }

  /** Somebody told of a run that another API server said it requests. */
  @GuardedBy("execution")
  void heardOf(Execution execution) {
    unheard.put(execution, 0, ticker.read());
  }

  void remove(Execution execution) {
    finished.remove(execution);
    unfinished.remove(execution);
    queued.remove(execution);
    unheard.remove(execution);
  }

  int unfinished() {
    return unfinished.size();
  }

  /** Takes down what ended long ago. */
  List<Execution> takeFinished() {
    return finished.takeOverdue(ticker.read());
  }

  /** Takes down what has not ended, and of which nothing was heard for long. */
  List<Execution> takeSilent() {
    return unfinished.takeOverdue(ticker.read());
  }

  /** Takes down what has waited for a worker for too long. */
  List<Execution> takeQueued() {
    return queued.takeOverdue(ticker.read());
  }

  /** Takes down what another API server said it requests, and nobody told of since. */
  List<Execution> takeUnheard() {
    return unheard.takeOverdue(ticker.read());
  }
}
