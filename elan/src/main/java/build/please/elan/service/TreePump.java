// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import build.please.common.rpc.EncodedMessage;
import build.please.common.rpc.RpcErrors;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.Future;

/**
 * Streams a tree to a client, only as fast as the client takes it (GTR-08). A client that stops
 * reading is dropped after a while, and with it the tree.
 */
final class TreePump {
  private final ServerCallStreamObserver<EncodedMessage> client;
  private final TreePages pages;
  private final Runnable giveBack;
  private final IdleWatch idle;
  private final Turns turns = new Turns();
  private final Future<?> idleWatch;
  private volatile int sent;

  private TreePump(
      ServerCallStreamObserver<EncodedMessage> client,
      TreePages pages,
      Runnable giveBack,
      IdleWatch idle) {
    this.client = client;
    this.pages = pages;
    this.giveBack = giveBack;
    this.idle = idle;
    this.idleWatch = idle.watch(() -> sent, this::endAsIdle);
  }

  /**
   * Begins; to be called from the call's handler.
   *
   * @param giveBack run at the end, whichever it is
   */
  static void start(
      TreePages pages,
      Runnable giveBack,
      ServerCallStreamObserver<EncodedMessage> client,
      IdleWatch idle) {
    TreePump pump = new TreePump(client, pages, giveBack, idle);
    client.setOnCancelHandler(() -> pump.turns.end(pump::letGo));
    client.setOnReadyHandler(pump::onReady);
  }

  private void onReady() {
    if (!turns.enter()) {
      return;
    }
    try {
      while (client.isReady() && !pages.isDone()) {
        client.onNext(pages.next());
        sent = pages.position();
      }
      if (pages.isDone() && turns.endInside(this::letGo)) {
        client.onCompleted();
      }
    } catch (RuntimeException e) {
      if (turns.endInside(this::letGo)) {
        client.onError(RpcErrors.toException(e));
      }
    } finally {
      turns.leave();
    }
  }

  private void endAsIdle() {
    if (turns.endIfIdle(this::letGo)) {
      client.onError(
          Status.DEADLINE_EXCEEDED.withDescription(idle.describe("the tree")).asRuntimeException());
    }
  }

  private void letGo() {
    idleWatch.cancel(false);
    giveBack.run();
  }
}
