// SPDX-License-Identifier: Apache-2.0
package build.please.bench.load;

import build.please.bench.wire.Answer;
import build.please.bench.wire.Call;
import build.please.bench.wire.Connection;
import build.please.bench.wire.RpcStatus;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Clients that leave each call when its answer has begun, as if they were killed. */
public final class Abandoned {
  private final Script script;
  private final CompletableFuture<Integer> result = new CompletableFuture<>();
  private Optional<String> firstError = Optional.empty();
  private int running;
  private int left;

  private Abandoned(Script script) {
    this.script = script;
  }

  /**
   * Begins what the script says, and leaves it. Blocks until all is left.
   *
   * @return how many calls that were
   * @throws IOException if a call ended before its answer began
   */
  public static int run(List<Connection> connections, int clients, Script script)
      throws IOException {
    Abandoned all = new Abandoned(script);
    connections.get(0).loop().execute(() -> all.begin(connections, clients));
    int left = all.result.join();
    if (all.firstError.isPresent()) {
      throw new IOException(all.firstError.get());
    }
    return left;
  }

  private void begin(List<Connection> connections, int clients) {
    running = clients;
    for (int i = 0; i < clients; i++) {
      next(connections.get(i % connections.size()));
    }
  }

  private void next(Connection connection) {
    @Nullable Operation operation = firstError.isPresent() ? null : script.next();
    if (operation != null) {
      new One(connection).start(operation);
    } else if (--running == 0) {
      result.complete(left);
    }
  }

  private final class One implements Answer {
    private final Connection connection;
    private @Nullable Call call;
    private boolean over;

    One(Connection connection) {
      this.connection = connection;
    }

    void start(Operation operation) {
      call = connection.start(operation.request(), this);
    }

    @Override
    public void data(ByteBuf bytes) {
      if (!over) {
        over = true;
        left++;
        // Not from within, while the connection still reads.
        connection.loop().execute(this::leave);
      }
    }

    private void leave() {
      if (call != null) {
        connection.cancel(call);
      }
      next(connection);
    }

    @Override
    public void end(RpcStatus status) {
      if (!over) {
        over = true;
        firstError = firstError.or(() -> Optional.of("left nothing: " + status));
        connection.loop().execute(() -> next(connection));
      }
    }
  }
}
