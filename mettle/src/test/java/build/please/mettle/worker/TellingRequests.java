// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.mettle.queue.Lease;
import build.please.mettle.queue.Message;
import build.please.mettle.queue.Subscription;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A queue whose leases tell how they ended. */
final class TellingRequests implements Subscription {
  static final Message CLOSED = new Message(ByteString.EMPTY, Map.of("closed", ""), "");

  final BlockingQueue<Message> waiting = new LinkedBlockingQueue<>();
  final BlockingQueue<String> ends = new LinkedBlockingQueue<>();
  private volatile boolean closed;

  void offer(Message message) {
    waiting.add(message);
  }

  @Override
  public Optional<Lease> take() throws IOException {
    try {
      if (closed) {
        return Optional.empty();
      }
      Message message = waiting.take();
      if (message.equals(CLOSED)) {
        waiting.add(CLOSED); // For the next slot.
        return Optional.empty();
      }
      return Optional.of(new TellingLease(message));
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    closed = true;
    waiting.add(CLOSED);
  }

  private final class TellingLease implements Lease {
    private final Message message;
    private boolean ended;

    TellingLease(Message message) {
      this.message = message;
    }

    @Override
    public Message message() {
      return message;
    }

    @Override
    public int attempt() {
      return 1;
    }

    @Override
    public void ack() {
      end("acked");
    }

    @Override
    public void close() {
      end("returned");
    }

    private void end(String how) {
      if (!ended) {
        ended = true;
        ends.add(how);
      }
    }
  }
}
