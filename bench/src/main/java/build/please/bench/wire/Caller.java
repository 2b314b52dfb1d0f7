// SPDX-License-Identifier: Apache-2.0
package build.please.bench.wire;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Makes single calls and waits for all of their answer, for what is not measured. */
public final class Caller {
  private static final long MINUTES = 5;

  private final Connection connection;

  public Caller(Connection connection) {
    this.connection = connection;
  }

  /**
   * The only message of the answer.
   *
   * @throws IOException if the call fails, or answers with none or several
   */
  public byte[] one(Request request) throws IOException {
    List<byte[]> messages = all(request);
    if (messages.size() != 1) {
      throw new IOException(messages.size() + " messages where one was expected");
    }
    return messages.get(0);
  }

  /**
   * All messages of the answer. Blocks until they are there, for minutes at most.
   *
   * @throws IOException if the call fails; the message has its status
   */
  public List<byte[]> all(Request request) throws IOException {
    Whole whole = new Whole();
    connection.loop().execute(() -> connection.start(request, whole));
    try {
      RpcStatus status = whole.end.get(MINUTES, TimeUnit.MINUTES);
      if (!status.isOk()) {
        throw new IOException(status.toString());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("no answer within " + MINUTES + " minutes", e);
    }
    return Messages.split(whole.bytes.toByteArray());
  }

  private static final class Whole implements Answer {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final CompletableFuture<RpcStatus> end = new CompletableFuture<>();

    @Override
    public void data(ByteBuf piece) {
      byte[] copy = new byte[piece.readableBytes()];
      piece.readBytes(copy);
      bytes.writeBytes(copy);
    }

    @Override
    public void end(RpcStatus status) {
      end.complete(status);
    }
  }
}
