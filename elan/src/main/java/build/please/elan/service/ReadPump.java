// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.rpc.InFlightBytes;
import build.please.common.rpc.RpcErrors;
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

  private final InputStream in;
  private final InFlightBytes budget;
  private final ServerCallStreamObserver<ReadResponse> client;
  private final IdleWatch idle;
  private final Turns turns = new Turns();
  private final Future<?> idleWatch;
  private volatile long sent;
  // Taken from the budget for the piece that the client may not have taken yet.
  private int held;

  private ReadPump(
      InputStream in,
      InFlightBytes budget,
      ServerCallStreamObserver<ReadResponse> client,
      IdleWatch idle) {
    this.in = in;
    this.budget = budget;
    this.client = client;
    this.idle = idle;
    this.idleWatch = idle.watch(() -> sent, this::endAsIdle);
  }

  /**
   * Begins; to be called from the call's handler. The stream is closed at the end, whichever it is.
   */
  static void start(
      InputStream in,
      InFlightBytes budget,
      ServerCallStreamObserver<ReadResponse> client,
      IdleWatch idle) {
    ReadPump pump = new ReadPump(in, budget, client, idle);
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
      budget.release(held);
      held = budget.take();
      // A fresh array for each piece, since it is handed on without a copy.
      byte[] piece = in.readNBytes(held);
      if (piece.length == 0) {
        if (turns.endInside(this::close)) {
          client.onCompleted();
        }
        return;
      }
      client.onNext(
          ReadResponse.newBuilder().setData(UnsafeByteOperations.unsafeWrap(piece)).build());
      long now = sent + piece.length;
      sent = now;
    }
  }

  private void endAsIdle() {
    if (turns.endIfIdle(this::close)) {
      client.onError(
          Status.DEADLINE_EXCEEDED.withDescription(idle.describe("the read")).asRuntimeException());
    }
  }

  private void close() {
    idleWatch.cancel(false);
    budget.release(held);
    held = 0;
    try {
      in.close();
    } catch (IOException e) {
      log.warn("closing a blob that was read", e);
    }
  }
}
