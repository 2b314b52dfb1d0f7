// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/** A delivery in somebody's hands. */
final class PubsubLease implements Lease {
  /** What becomes of the message. */
  enum End {
    ACK,
    RETURN
  }

  private final PubsubDelivery delivery;
  private final BiConsumer<PubsubDelivery, End> end;
  private final AtomicBoolean over = new AtomicBoolean();

  PubsubLease(PubsubDelivery delivery, BiConsumer<PubsubDelivery, End> end) {
    this.delivery = delivery;
    this.end = end;
  }

  @Override
  public Message message() {
    return delivery.message();
  }

  @Override
  public String id() {
    return delivery.id();
  }

  @Override
  public int attempt() {
    return delivery.attempt();
  }

  @Override
  public void ack() {
    end(End.ACK);
  }

  @Override
  public void close() {
    end(End.RETURN);
  }

  private void end(End how) {
    if (over.compareAndSet(false, true)) {
      end.accept(delivery, how);
    }
  }
}
