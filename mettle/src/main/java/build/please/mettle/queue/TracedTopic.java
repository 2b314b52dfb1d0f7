// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import build.please.traces.Traces;
import java.io.IOException;
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
    topic.publish(carried.isEmpty() ? message : message.with(carried));
  }

  @Override
  public void close() throws IOException {
    topic.close();
  }
}
