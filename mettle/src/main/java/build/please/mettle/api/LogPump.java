// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.common.rpc.RpcErrors;
import build.please.mettle.logs.LiveLog;
import build.please.proto.bytestream.ReadResponse;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends a client what a command prints, as it is printed and as fast as the client takes it, until
 * both have come to the end (LOG-03). Between two pieces it has no thread.
 *
 * <p>Whoever finds something to send while another thread is sending leaves it to that thread.
 */
final class LogPump {
  private static final int PIECE_BYTES = 64 << 10;

  private final LiveLog log;
  private final ServerCallStreamObserver<ReadResponse> client;
  private final Runnable listener = this::drain;

  /** How often somebody found something to send since the thread that sends looked last. */
  private final AtomicInteger wishes = new AtomicInteger();

  // The rest belongs to the thread that sends.
  private long offset;
  private long left;
  private boolean ended;

  private LogPump(
      LiveLog log, long offset, long left, ServerCallStreamObserver<ReadResponse> client) {
    this.log = log;
    this.offset = offset;
    this.left = left;
    this.client = client;
  }

  /**
   * Begins; to be called from the call's handler.
   *
   * @param limit bytes after which it ends; {@link Long#MAX_VALUE} for none
   */
  static void start(
      LiveLog log, long offset, long limit, ServerCallStreamObserver<ReadResponse> client) {
    LogPump pump = new LogPump(log, offset, limit, client);
    client.setOnCancelHandler(() -> log.removeListener(pump.listener));
    client.setOnReadyHandler(pump.listener);
    log.addListener(pump.listener);
    if (client.isCancelled()) {
      log.removeListener(pump.listener);
    }
  }

  private void drain() {
    if (wishes.getAndIncrement() != 0) {
      return;
    }
    int met = 1;
    while (met != 0) {
      try {
        send();
      } catch (LiveLog.BrokenOffException e) {
        end(
            () ->
                client.onError(
                    Status.UNAVAILABLE.withDescription(e.getMessage()).asRuntimeException()));
      } catch (IOException | RuntimeException e) {
        end(() -> client.onError(RpcErrors.toException(e)));
      }
      met = wishes.addAndGet(-met);
    }
  }

  private void send() throws IOException {
    while (!ended && !client.isCancelled() && client.isReady()) {
      if (left == 0) {
        end(client::onCompleted);
        return;
      }
      // A new one for each piece, since it is handed on without a copy.
      ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE_BYTES, left));
      int n = log.read(piece, offset);
      if (n < 0) {
        finish();
        return;
      } else if (n == 0) {
        return; // Somebody will tell when there is more.
      }
      client.onNext(ReadResponse.newBuilder().setData(bytes(piece)).build());
      offset += n;
      left -= n;
    }
  }

  /** Where the stream ends only its end tells; what asked for more was wrong (BSR-01). */
  private void finish() {
    if (offset > log.size().orElse(offset)) {
      end(
          () ->
              client.onError(
                  Status.OUT_OF_RANGE
                      .withDescription("read_offset " + offset + " is beyond the stream's end")
                      .asRuntimeException()));
    } else {
      end(client::onCompleted);
    }
  }

  private void end(Runnable lastWord) {
    log.removeListener(listener);
    if (!ended) {
      ended = true;
      lastWord.run();
    }
  }

  private static ByteString bytes(ByteBuffer piece) {
    return UnsafeByteOperations.unsafeWrap(piece.flip());
  }
}
