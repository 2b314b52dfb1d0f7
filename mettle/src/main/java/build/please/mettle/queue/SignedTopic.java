// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Has requests say which API server they come from. Safe for concurrent use. */
public final class SignedTopic implements Topic {
  private final Topic topic;
  private final String server;

  /**
   * @param topic becomes this one's
   * @param server the API server's name
   */
  public SignedTopic(Topic topic, String server) {
    this.topic = topic;
    this.server = server;
  }

  @Override
  public void publish(Message message) throws IOException {
    Map<String, String> attributes = new HashMap<>(message.attributes());
    attributes.put(ExecuteMessage.SERVER, server);
    topic.publish(new Message(message.body(), attributes, message.key()));
  }

  @Override
  public void close() throws IOException {
    topic.close();
  }
}
