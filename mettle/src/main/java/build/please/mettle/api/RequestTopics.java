// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.Topic;

/**
 * Where requests for runs go.
 *
 * @param batch those that can wait; the same if they go with the others
 */
public record RequestTopics(Topic urgent, Topic batch) {
  /** One for all. */
  public static RequestTopics of(Topic topic) {
    return new RequestTopics(topic, topic);
  }

  Topic of(ExecuteMessage message) {
    return message.isBatch() ? batch : urgent;
  }
}
