// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import com.google.protobuf.ByteString;
import java.util.Map;

/**
 * What travels through a topic.
 *
 * @param attributes small facts beside the body, by which subscriptions may filter
 * @param key messages with the same non-empty key arrive in the order of their publication; empty
 *     for no order
 */
public record Message(ByteString body, Map<String, String> attributes, String key) {
  public Message {
    attributes = Map.copyOf(attributes);
  }
}
