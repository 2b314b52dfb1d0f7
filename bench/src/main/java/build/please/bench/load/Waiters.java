// SPDX-License-Identifier: Apache-2.0
package build.please.bench.load;

import build.please.bench.wire.Answer;
import build.please.bench.wire.Connection;
import build.please.bench.wire.RpcStatus;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Clients that wait for the end of an answer that has begun. */
public final class Waiters {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration PAUSE = Duration.ofMillis(20);

  // Written by the only thread of all connections.
  private volatile int heard;
  private volatile int ended;

  private Waiters() {}

  /**
   * Sends these, over these connections in turn. Blocks until each answer has begun.
   *
   * @throws IOException if that takes too long, or an answer ended already
   */
  public static Waiters begin(List<Connection> connections, List<Operation> operations)
      throws IOException {
    Waiters waiters = new Waiters();
    for (int i = 0; i < operations.size(); i++) {
      One one = waiters.new One(connections.get(i % connections.size()));
      Operation operation = operations.get(i);
      one.connection.loop().execute(() -> one.start(operation));
    }
    await(() -> waiters.heard >= operations.size());
    if (waiters.ended > 0) {
      throw new IOException(waiters.ended + " waiters were answered before anything happened");
    }
    return waiters;
  }

  private static void await(BooleanSupplier condition) throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new IOException("waiters heard nothing");
      }
      try {
        // A count that other threads raise, looked at seldom so as not to take the cores from them.
        Thread.sleep(PAUSE.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }

  /** How many answers have ended. */
  public int ended() {
    return ended;
  }

  private final class One implements Answer {
    private final Connection connection;
    private boolean begun;

    One(Connection connection) {
      this.connection = connection;
    }

    void start(Operation operation) {
      connection.start(operation.request(), this);
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate")
    public void data(ByteBuf bytes) {
      if (!begun) {
        begun = true;
        heard++;
      }
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate")
    public void end(RpcStatus status) {
      ended++;
      if (!begun) {
        begun = true;
        heard++;
      }
    }
  }
}
