// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import java.io.IOException;
import java.util.Optional;

/** Where messages come out, each at least once. Safe for concurrent use. */
public interface Subscription extends AutoCloseable {
  /** One without messages, and closed. */
  Subscription NONE =
      new Subscription() {
        @Override
        public Optional<Lease> take() {
          return Optional.empty();
        }

        @Override
        public void close() {
          // Nothing to close.
        }
      };

  /**
   * The next message, which is then the caller's until it closes the lease. Blocks until there is
   * one.
   *
   * @return empty once the subscription is closed
   */
  Optional<Lease> take() throws IOException;

  /**
   * Whether messages can come, as far as is known: not after the queue has said that there is no
   * such subscription, or none for us, until it is there again. Does not block.
   */
  default boolean isThere() {
    return true;
  }

  /** Wakes those who wait in {@link #take}. Leases that are out stay valid. */
  @Override
  void close() throws IOException;
}
