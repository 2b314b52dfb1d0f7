// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.rpc.InFlightBytes;
import build.please.common.rpc.RpcErrors;
import build.please.proto.bytestream.ReadResponse;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.io.InputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves a stream to a client as fast as the client takes it. Runs only while the client is ready
 * and leaves its thread otherwise, so that a client that stops reading costs none.
 */
final class ReadPump {
  private static final Logger log = LoggerFactory.getLogger(ReadPump.class);

  private final InputStream in;
  private final InFlightBytes budget;
  private final ServerCallStreamObserver<ReadResponse> client;
  // Taken from the budget for the piece that the client may not have taken yet.
  private int held;
  private boolean done;

  private ReadPump(
      InputStream in, InFlightBytes budget, ServerCallStreamObserver<ReadResponse> client) {
    this.in = in;
    this.budget = budget;
    this.client = client;
  }

  /**
   * Begins; to be called from the call's handler. The stream is closed at the end, whichever it is.
   */
  static void start(
      InputStream in, InFlightBytes budget, ServerCallStreamObserver<ReadResponse> client) {
    ReadPump pump = new ReadPump(in, budget, client);
    // gRPC runs the callbacks of a call one at a time, after this handler.
    client.setOnCancelHandler(pump::close);
    client.setOnReadyHandler(pump::run);
  }

  private void run() {
    try {
      while (!done && client.isReady()) {
        // Ready again: what was sent before is on its way.
        budget.release(held);
        held = budget.take();
        // A fresh array for each piece, since it is handed on without a copy.
        byte[] piece = in.readNBytes(held);
        if (piece.length == 0) {
          close();
          client.onCompleted();
          return;
        }
        client.onNext(
            ReadResponse.newBuilder().setData(UnsafeByteOperations.unsafeWrap(piece)).build());
      }
    } catch (IOException | RuntimeException e) {
      close();
      if (!client.isCancelled()) {
        client.onError(RpcErrors.toException(e));
      }
    }
  }

  private void close() {
    done = true;
    budget.release(held);
    held = 0;
    try {
      in.close();
    } catch (IOException e) {
      log.warn("closing a blob that was read", e);
    }
  }
}
