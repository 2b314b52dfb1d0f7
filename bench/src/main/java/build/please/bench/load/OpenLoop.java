// SPDX-License-Identifier: Apache-2.0
package build.please.bench.load;

import build.please.bench.wire.Answer;
import build.please.bench.wire.Connection;
import build.please.bench.wire.RpcStatus;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Calls that arrive at a given rate, whether or not others are answered. The latency of each counts
 * from the moment at which it arrived, also if it had to wait for a free stream: a server that
 * stands still for a while is not spared the calls that came meanwhile.
 */
public final class OpenLoop {
  private static final ByteArrayOutputStream UNSEEN = new ByteArrayOutputStream(0);
  private static final long SEED = 7;

  /** How long answers are waited for after the last arrival, in lengths of the round. */
  private static final int PATIENCE = 20;

  private final Deque<Connection> free = new ArrayDeque<>();
  private final Deque<Long> arrived = new ArrayDeque<>();
  private final Connection first;
  private final Script script;
  private final double gap;
  private final long limit;
  private final Random random = new Random(SEED);
  private final Tally tally = new Tally();
  private final CompletableFuture<Sample> result = new CompletableFuture<>();
  private long start;
  private long next;
  private int running;
  private boolean over;

  private OpenLoop(
      List<Connection> connections, int streams, Script script, double rate, Duration limit) {
    // Each as often as it may have calls, in turn.
    List<Connection> slots = new ArrayList<>();
    for (int i = 0; i < streams; i++) {
      slots.addAll(connections);
    }
    free.addAll(slots);
    this.first = connections.get(0);
    this.script = script;
    this.gap = 1e9 / rate;
    this.limit = limit.toNanos();
  }

  /**
   * Sends what the script says, as its calls arrive: at random, so many in a second on average, the
   * same for the same rate. Blocks until all is answered, or for a while after the last arrived;
   * what has no answer by then failed.
   *
   * @param streams calls under way at most on each connection
   * @param limit after which nothing arrives
   */
  public static Sample run(
      List<Connection> connections, int streams, Script script, double perSecond, Duration limit) {
    OpenLoop loop = new OpenLoop(connections, streams, script, perSecond, limit);
    loop.first.loop().execute(loop::begin);
    return loop.result.join();
  }

  @SuppressWarnings("FutureReturnValueIgnored") // It does nothing once all is answered.
  private void begin() {
    start = System.nanoTime();
    next = start + interval();
    first.loop().schedule(this::giveUp, limit * (1 + PATIENCE), TimeUnit.NANOSECONDS);
    arrive();
  }

  private long interval() {
    return (long) (-gap * Math.log(1 - random.nextDouble()));
  }

  @SuppressWarnings("FutureReturnValueIgnored") // It is the loop itself.
  private void arrive() {
    long now = System.nanoTime();
    while (next <= now && next - start < limit) {
      arrived.add(next);
      next += interval();
    }
    send();
    if (next - start < limit) {
      first.loop().schedule(this::arrive, Math.max(1, next - now), TimeUnit.NANOSECONDS);
    } else {
      over = true;
      finishIfDone();
    }
  }

  private void send() {
    while (!arrived.isEmpty() && !free.isEmpty()) {
      @Nullable Operation operation = script.next();
      if (operation == null) {
        arrived.clear();
        return;
      }
      running++;
      new One(operation, arrived.remove(), free.remove()).start();
    }
  }

  private void finishIfDone() {
    if (over && running == 0 && arrived.isEmpty()) {
      result.complete(tally.sample(System.nanoTime() - start));
    }
  }

  private void giveUp() {
    if (!result.isDone()) {
      tally.error(running + arrived.size() + " calls had no answer long after they arrived");
      result.complete(tally.sample(System.nanoTime() - start));
    }
  }

  private final class One implements Answer {
    private final Operation operation;
    private final long arrival;
    private final Connection connection;
    private long received;

    One(Operation operation, long arrival, Connection connection) {
      this.operation = operation;
      this.arrival = arrival;
      this.connection = connection;
    }

    void start() {
      connection.start(operation.request(), this);
    }

    @Override
    public void data(ByteBuf bytes) {
      received += bytes.readableBytes();
    }

    @Override
    public void end(RpcStatus status) {
      tally.note(operation, status, received, UNSEEN, System.nanoTime() - arrival);
      running--;
      free.add(connection);
      // Not from within, since a lost connection answers at once.
      first.loop().execute(OpenLoop.this::goOn);
    }
  }

  private void goOn() {
    send();
    finishIfDone();
  }
}
