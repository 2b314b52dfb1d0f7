// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.rpc.Threads;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What the parts of one process share.
 *
 * @param timer for what happens later and never blocks
 * @param pieces for pieces of calls that ask the storage
 */
record Means(Clock clock, ScheduledExecutorService timer, ExecutorService pieces)
    implements AutoCloseable {
  private static final int PIECE_THREADS = 50;

  static Means open(Clock clock) {
    return new Means(clock, Threads.timer("timer"), Threads.pool("bucket", PIECE_THREADS));
  }

  @Override
  public void close() {
    pieces.shutdown();
    timer.shutdown();
  }
}
