// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import java.io.IOException;

/** Where messages are put in. Safe for concurrent use. */
public interface Topic extends AutoCloseable {
  /** Takes every message and gives it to nobody. */
  Topic NOWHERE =
      new Topic() {
        @Override
        public void publish(Message message) {
          // Nobody is there.
        }

        @Override
        public void close() {
          // Nothing to close.
        }
      };

  /**
   * Publishes a message to every subscription of the topic. Blocks until the queue has taken it.
   *
   * @throws IOException if the queue did not confirm; the message may have been published all the
   *     same
   */
  void publish(Message message) throws IOException;

  @Override
  void close() throws IOException;
}
