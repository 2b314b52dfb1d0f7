// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

/**
 * A message in somebody's hands. Closing it without {@link #ack} returns the message to the queue,
 * so that whoever fails, stops or dies hands it on.
 */
public interface Lease extends AutoCloseable {
  Message message();

  /** By what name people find the message in the queue's own tools; empty if it has none. */
  default String id() {
    return "";
  }

  /** How often the message was handed out, this time included; 0 if the queue does not say. */
  int attempt();

  /**
   * Takes the message out of the queue for good. At most the first of ack and close has an effect.
   */
  void ack();

  @Override
  void close();
}
