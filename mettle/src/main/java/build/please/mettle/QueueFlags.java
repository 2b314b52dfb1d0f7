// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cli.UsageException;
import build.please.mettle.queue.Claimable;
import build.please.mettle.queue.Queues;
import build.please.mettle.queue.Subscription;
import build.please.mettle.queue.Topic;
import build.please.mettle.queue.UrgentFirst;
import java.io.IOException;
import java.time.Duration;

/** Opens what flags name, and blames the flag if it cannot be. */
record QueueFlags(Queues queues) {
  /** Longer than Pub/Sub takes to answer a pull when there is something. */
  private static final Duration GRACE = Duration.ofMillis(100);

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
  Claimable subscription(String flag, String url) throws IOException {
    try {
      return queues.openSubscription(url);
    } catch (IllegalArgumentException e) {
      throw new UsageException(flag + ": " + e.getMessage());
    }
  }

  /** The requests that workers take, what is urgent first. */
  Subscription requests(QueueOptions.Urls urls) throws IOException {
    Claimable urgent = subscription("--request_queue", urls.requests());
    if (urls.batch().isEmpty()) {
      return urgent;
    }
    try {
      return new UrgentFirst(
          urgent, subscription("--batch_queue", urls.batch()), GRACE, System::nanoTime);
    } catch (IOException | RuntimeException e) {
      urgent.close();
      throw e;
    }
  }

  /** As {@link #subscription}; an empty URL has no messages. */
  Subscription subscriptionOrNone(String flag, String url) throws IOException {
    return url.isEmpty() ? Subscription.NONE : subscription(flag, url);
  }
}
