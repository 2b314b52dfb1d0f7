// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Opens the topics and subscriptions that URLs name. Safe for concurrent use.
 *
 * <p>{@code gcppubsub://projects/P/topics/T} and {@code gcppubsub://projects/P/subscriptions/S}, or
 * {@code gcppubsub://P/T} and {@code gcppubsub://P/S} for short, are Cloud Pub/Sub. {@code
 * mem://topic} lives in this object's memory; opening it once makes it, and every opened
 * subscription gets every message.
 *
 * <p>Parameters are those of please-servers: {@code max_recv_batch_size} (how many messages are
 * asked for at once, whoever waits for them; 1) and {@code nacklazy} (a returned message comes back
 * when its deadline passes, not at once). {@code max_send_batch_size} and the {@code ackdeadline}
 * of a topic in memory are accepted and change nothing: messages are sent when they are published,
 * and a lease in memory ends with its holder.
 */
public final class Queues {
  private static final int MEMORY_CAPACITY = 100_000;
  private static final String SEND_BATCH = "max_send_batch_size";
  private static final String RECEIVE_BATCH = "max_recv_batch_size";
  private static final String LAZY = "nacklazy";

  /** Time enough for a slow token or a short outage, too short for a start that seems to hang. */
  private static final Duration OPENING = Duration.ofSeconds(20);

  private final QueueConfig config;

  @GuardedBy("this")
  private final Map<String, MemoryQueue> memory = new HashMap<>();

  public Queues(QueueConfig config) {
    this.config = config;
  }

  /**
   * The topic that {@code url} names. Blocks until it is known to exist.
   *
   * @throws IllegalArgumentException if the URL is not one of a topic or has an unknown parameter;
   *     one line for the person who typed it
   * @throws IOException if there are no credentials, or the topic is missing, forbidden or cannot
   *     be reached; one line that names it
   */
  public Topic openTopic(String url) throws IOException {
    QueueUrl parsed = QueueUrl.parse(url);
    if (parsed.scheme().equals(QueueUrl.MEMORY)) {
      return memory(parsed.memoryTopic());
    }
    parsed.refuseAllBut(Set.of(SEND_BATCH));
    parsed.batch(SEND_BATCH, 1);
    return PubsubTopic.open(
        parsed.pubsubName("topics"), config.emulator(), config.publishTimeout(), OPENING);
  }

  /** As {@link #openTopic}, for the subscription that {@code url} names. */
  public Claimable openSubscription(String url) throws IOException {
    QueueUrl parsed = QueueUrl.parse(url);
    if (parsed.scheme().equals(QueueUrl.MEMORY)) {
      return memory(parsed.memoryTopic()).subscribe();
    }
    parsed.refuseAllBut(Set.of(RECEIVE_BATCH, SEND_BATCH, LAZY));
    parsed.batch(SEND_BATCH, 1);
    return PubsubSubscription.open(
        parsed.pubsubName("subscriptions"),
        config.emulator(),
        PubsubLeasing.of(config, parsed.batch(RECEIVE_BATCH, 1), parsed.isSet(LAZY)),
        OPENING);
  }

  private synchronized MemoryQueue memory(String topic) {
    return memory.computeIfAbsent(topic, name -> new MemoryQueue(MEMORY_CAPACITY));
  }
}
