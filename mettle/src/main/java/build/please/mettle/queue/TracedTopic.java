// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import build.please.traces.Traces;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Adds to each message what names the call that it is published for; readers may ignore it. */
public final class TracedTopic implements Topic {
  private final Topic topic;
  private final Traces traces;

  /**
   * @param topic closes with this one
   */
  public TracedTopic(Topic topic, Traces traces) {
    this.topic = topic;
    this.traces = traces;
  }

  @Override
  public void publish(Message message) throws IOException {
    Map<String, String> carried = traces.carried();
    if (carried.isEmpty()) {
      topic.publish(message);
      return;
    }
    Map<String, String> attributes = new HashMap<>(carried);
    attributes.putAll(message.attributes());
    topic.publish(new Message(message.body(), attributes, message.key()));
  }

  @Override
  public void close() throws IOException {
    topic.close();
  }
}
