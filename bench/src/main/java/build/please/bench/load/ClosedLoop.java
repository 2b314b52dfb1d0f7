// SPDX-License-Identifier: Apache-2.0
package build.please.bench.load;

import build.please.bench.wire.Answer;
import build.please.bench.wire.Connection;
import build.please.bench.wire.RpcStatus;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A number of clients, each of which sends its next call when its last one was answered. */
public final class ClosedLoop {
  private final List<Connection> connections;
  private final Script script;
  private final long limit;
  private final Tally tally = new Tally();
  private final CompletableFuture<Sample> result = new CompletableFuture<>();
  private int running;
  private long start;

  private ClosedLoop(List<Connection> connections, Script script, Duration limit) {
    this.connections = connections;
    this.script = script;
    this.limit = limit.toNanos();
  }

  /**
   * Sends what the script says, over these connections in turn. Blocks until all is answered.
   *
   * @param clients how many calls are under way at once
   * @param limit after which nothing new is sent
   */
  public static Sample run(
      List<Connection> connections, int clients, Script script, Duration limit) {
    ClosedLoop loop = new ClosedLoop(connections, script, limit);
    connections.get(0).loop().execute(() -> loop.begin(clients));
    return loop.result.join();
  }

  private void begin(int clients) {
    start = System.nanoTime();
    running = clients;
    for (int i = 0; i < clients; i++) {
      new OneClient(connections.get(i % connections.size())).next();
    }
  }

  private final class OneClient implements Answer {
    private final Connection connection;
    private Operation operation;
    private long sent;
    private long received;
    private final ByteArrayOutputStream answer = new ByteArrayOutputStream(0);
    private boolean sending;
    private boolean answered;

    @SuppressWarnings("NullAway.Init")
    OneClient(Connection connection) {
      this.connection = connection;
    }

    /** A loop, since a lost connection answers before {@code start} returns. */
    void next() {
      do {
        long now = System.nanoTime();
        Operation following = now - start < limit ? script.next() : null;
        if (following == null) {
          finish(now);
          return;
        }
        operation = following;
        sent = now;
        received = 0;
        answered = false;
        sending = true;
        connection.start(following.request(), this);
        sending = false;
      } while (answered);
    }

    private void finish(long now) {
      if (--running == 0) {
        result.complete(tally.sample(now - start));
      }
    }

    @Override
    public void data(ByteBuf bytes) {
      received += bytes.readableBytes();
      if (operation.look().isPresent()) {
        byte[] piece = new byte[bytes.readableBytes()];
        bytes.readBytes(piece);
        answer.writeBytes(piece);
      }
    }

    @Override
    public void end(RpcStatus status) {
      tally.note(operation, status, received, answer, System.nanoTime() - sent);
      answer.reset();
      answered = true;
      if (!sending) {
        next();
      }
    }
  }
}
