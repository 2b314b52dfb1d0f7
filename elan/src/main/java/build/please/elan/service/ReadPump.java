// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.rpc.InFlightBytes;
import build.please.common.rpc.RpcErrors;
import build.please.common.rpc.SocketCalls;
import build.please.proto.bytestream.ReadResponse;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves a stream to a client as fast as the client takes it. Runs only while the client is ready
 * and leaves its thread otherwise, so that a client that stops reading costs none, and after a
 * while not even the open stream.
 */
final class ReadPump {
  private static final Logger log = LoggerFactory.getLogger(ReadPump.class);

  /**
   * What is read.
   *
   * @param most the bytes that will come, if that is known, else more than there can be
   */
  record Source(InputStream in, long most) {}

  private final InputStream in;
  private final Pieces pieces;
  private final boolean copied = SocketCalls.areCopied();
  private final ServerCallStreamObserver<ReadResponse> client;
  private final IdleWatch idle;
  private final Turns turns = new Turns();
  private final Future<?> idleWatch;
  private volatile long sent;
  // Taken from the budget for the piece that the client may not have taken yet.
  private int held;
  private long rest;

  private ReadPump(
      Source source, Pieces pieces, ServerCallStreamObserver<ReadResponse> client, IdleWatch idle) {
    this.in = source.in();
    this.rest = source.most();
    this.pieces = pieces;
    this.client = client;
    this.idle = idle;
    this.idleWatch = idle.watch(() -> sent, this::endAsIdle);
  }

  /**
   * Begins; to be called from the call's handler. The stream is closed at the end, whichever it is.
   */
  static void start(
      Source source, Pieces pieces, ServerCallStreamObserver<ReadResponse> client, IdleWatch idle) {
    ReadPump pump = new ReadPump(source, pieces, client, idle);
    // A client that is not ready has one piece before it, and of the one before that hardly more.
    client.setOnReadyThreshold(InFlightBytes.SMALLEST);
    // gRPC runs the callbacks of a call one at a time, after this handler.
    client.setOnCancelHandler(() -> pump.turns.end(pump::close));
    client.setOnReadyHandler(pump::onReady);
  }

  private void onReady() {
    if (!turns.enter()) {
      return;
    }
    try {
      pump();
    } catch (IOException | RuntimeException e) {
      if (turns.endInside(this::close)) {
        client.onError(RpcErrors.toException(e));
      }
    } finally {
      turns.leave();
    }
  }

  private void pump() throws IOException {
    // Ready again: what was sent before is on its way.
    while (client.isReady()) {
      pieces.budget().release(held);
      held = pieces.budget().take();
      int length = send((int) Math.min(held, rest));
      // What the smallest grant covers need not be waited for.
      if (length == 0 || (length <= InFlightBytes.SMALLEST && isAtEnd())) {
        if (turns.endInside(this::close)) {
          client.onCompleted();
        }
        return;
      }
    }
  }

  /** Sends up to so many bytes, and says how many; none at the end. */
  private int send(int most) throws IOException {
    if (isAtEnd()) {
      return 0;
    }
    byte[] piece = pieces.take(most);
    int length = in.readNBytes(piece, 0, most);
    if (length > 0) {
      client.onNext(
          ReadResponse.newBuilder()
              .setData(UnsafeByteOperations.unsafeWrap(piece, 0, length))
              .build());
      long now = sent + length;
      sent = now;
      rest -= length;
    }
    if (copied) {
      pieces.giveBack(piece);
    }
    return length;
  }

  /** Whether all is sent that was to come; what does not end there fails. */
  private boolean isAtEnd() throws IOException {
    return rest == 0 && in.read() < 0;
  }

  private void endAsIdle() {
    if (turns.endIfIdle(this::close)) {
      client.onError(
          Status.DEADLINE_EXCEEDED.withDescription(idle.describe("the read")).asRuntimeException());
    }
  }

  private void close() {
    idleWatch.cancel(false);
    pieces.budget().release(held);
    held = 0;
    try {
      in.close();
    } catch (IOException e) {
      log.warn("closing a blob that was read", e);
    }
  }
}
