// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cli.UsageException;
import build.please.mettle.queue.Queues;
import build.please.mettle.queue.Subscription;
import build.please.mettle.queue.Topic;
import java.io.IOException;

/** Opens what flags name, and blames the flag if it cannot be. */
record QueueFlags(Queues queues) {
  /**
   * @throws UsageException if the URL is none; one line that names the flag
   * @throws IOException if there is no such topic for us; one line that names it
   */
  Topic topic(String flag, String url) throws IOException {
    try {
      return queues.openTopic(url);
    } catch (IllegalArgumentException e) {
      throw new UsageException(flag + ": " + e.getMessage());
    }
  }

  /** As {@link #topic}; an empty URL is nowhere. */
  Topic topicOrNowhere(String flag, String url) throws IOException {
    return url.isEmpty() ? Topic.NOWHERE : topic(flag, url);
  }

  /** As {@link #topic}, for a subscription. */
  Subscription subscription(String flag, String url) throws IOException {
    try {
      return queues.openSubscription(url);
    } catch (IllegalArgumentException e) {
      throw new UsageException(flag + ": " + e.getMessage());
    }
  }

  /** As {@link #subscription}; an empty URL has no messages. */
  Subscription subscriptionOrNone(String flag, String url) throws IOException {
    return url.isEmpty() ? Subscription.NONE : subscription(flag, url);
  }
}
