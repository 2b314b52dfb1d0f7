// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.load.Script;
import build.please.bench.server.Session;
import build.please.bench.wire.Answer;
import build.please.bench.wire.Call;
import build.please.bench.wire.Connection;
import build.please.bench.wire.Request;
import build.please.bench.wire.RpcStatus;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads of small blobs beside others that have begun to read a large one and take nothing of it.
 */
public final class SlowReaders implements Workload {
  private static final int READERS = 64;
  private static final int LARGE = 8 << 20;
  private static final int SMALL = 64 << 10;
  private static final Duration STILL = Duration.ofMillis(30);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final StreamRead fast = new StreamRead("64KiB", SMALL, 10_000);
  private final Template large = new Template(LARGE + 1L, LARGE);
  private final Map<Session, Request> slow = new HashMap<>();

  @Override
  public Outline outline() {
    return Outline.reading(
        "read/64KiB/beside-slow",
        "B7",
        "ByteStream read of 64KiB beside " + READERS + " readers that stand still",
        4,
        10_000,
        SMALL);
  }

  /** The same reads, without anybody beside them. */
  public Workload alone() {
    return fast;
  }

  @Override
  public void prepare(Session session) throws IOException {
    fast.prepare(session);
    Template.Content content = large.content(1);
    session.caller().one(ByteStreams.write(session, "blobs", content.digest(), content.pieces()));
    slow.put(session, ByteStreams.read(session, "blobs", content.digest()));
  }

  @Override
  public Script script(Session session, int round) {
    return fast.script(session, round);
  }

  /** Begins to read. The readers share connections of their own. */
  @Override
  public Background background(Session session) throws IOException {
    Request request = slow.get(session);
    if (request == null) {
      throw new IllegalStateException("not prepared");
    }
    List<Standing> all = new ArrayList<>();
    List<Connection> connections = session.many(READERS);
    for (Connection connection : connections) {
      Standing one = new Standing(connection);
      all.add(one);
      connection.loop().execute(() -> one.start(request));
    }
    awaitStandstill(all);
    return () -> all.forEach(one -> one.connection.loop().execute(one::leave));
  }

  /** Until nobody has got more for a while: each has what fits into its window. */
  private static void awaitStandstill(List<Standing> all) throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    long before = -1;
    for (long now = 0; now != before || now == 0; ) {
      if (System.nanoTime() > end) {
        throw new IOException("the slow readers did not come to a standstill");
      }
      before = now;
      try {
        Thread.sleep(STILL.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
      now = all.stream().mapToLong(one -> one.received).sum();
    }
  }

  private static final class Standing implements Answer {
    private final Connection connection;
    private final List<Call> call = new ArrayList<>(1);
    volatile long received;

    Standing(Connection connection) {
      this.connection = connection;
    }

    void start(Request request) {
      Call begun = connection.start(request, this);
      connection.pause(begun);
      call.add(begun);
    }

    void leave() {
      call.forEach(connection::cancel);
      call.clear();
    }

    @Override
    public void data(ByteBuf bytes) {
      long now = received + bytes.readableBytes();
      received = now;
    }

    @Override
    public void end(RpcStatus status) {
      call.clear();
    }
  }
}
