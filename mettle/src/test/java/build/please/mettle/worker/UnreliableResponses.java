// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.mettle.queue.Message;
import build.please.mettle.queue.MessageTooLargeException;
import build.please.mettle.queue.Topic;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A topic that fails as often as it is told. */
final class UnreliableResponses implements Topic {
  final List<Message> published = new ArrayList<>();

  /** Something was published, or was to be. */
  final CountDownLatch first = new CountDownLatch(1);

  int failures;

  /** Bytes of the largest message. */
  int limit = Integer.MAX_VALUE;

  @Override
  public synchronized void publish(Message message) throws IOException {
    if (message.body().size() > limit) {
      throw new MessageTooLargeException("too large");
    }
    first.countDown();
    if (failures > 0) {
      failures--;
      throw new IOException("the queue is away");
    }
    published.add(message);
  }

  @Override
  public void close() {}
}
