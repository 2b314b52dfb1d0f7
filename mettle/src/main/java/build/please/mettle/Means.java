// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.rpc.Threads;
import build.please.traces.Traces;
import java.time.Clock;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What the parts of one process share.
 *
 * @param timer for what happens later and never blocks
 * @param pool ends with this
 * @param traces stays the caller's
 */
record Means(Clock clock, ScheduledExecutorService timer, ExecutorService pool, Traces traces)
    implements AutoCloseable {
  private static final int PIECE_THREADS = 50;

  static Means open(Clock clock, Traces traces) {
    return new Means(clock, Threads.timer("timer"), Threads.pool("bucket", PIECE_THREADS), traces);
  }

  /** For pieces of calls that ask the storage; they belong to the trace of the call. */
  Executor pieces() {
    return traces.carrying(pool);
  }

  @Override
  public void close() {
    pool.shutdown();
    timer.shutdown();
  }
}
