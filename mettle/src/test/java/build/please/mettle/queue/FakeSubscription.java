// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.ReceivedMessage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A subscription of {@link FakePubsub}, with order. */
public final class FakeSubscription {
  /** A pull that waits for messages. */
  private record Pull(int max, BooleanSupplier isGone, Consumer<List<ReceivedMessage>> answer) {}

  private static final class Entry {
    final PubsubMessage message;
    final double place;
    boolean delayed;
    String ackId = "";
    int attempts;

    Entry(PubsubMessage message, double place, boolean delayed) {
      this.message = message;
      this.place = place;
      this.delayed = delayed;
    }

    boolean isOut() {
      return !ackId.isEmpty();
    }
  }

  final String topic;
  private final FakeFaults faults;

  /** By place. */
  @GuardedBy("this")
  private final List<Entry> entries = new ArrayList<>();

  @GuardedBy("this")
  private final List<Pull> pulls = new ArrayList<>();

  @GuardedBy("this")
  private final List<Integer> extensions = new ArrayList<>();

  @GuardedBy("this")
  private long places;

  @GuardedBy("this")
  private long deliveries;

  @GuardedBy("this")
  private boolean countsAttempts;

  FakeSubscription(String topic, FakeFaults faults) {
    this.topic = topic;
    this.faults = faults;
  }

  synchronized void countAttempts() {
    countsAttempts = true;
  }

  synchronized void add(PubsubMessage message) {
    boolean keyed = !message.getOrderingKey().isEmpty();
    double place = ++places;
    if (!keyed && faults.happens(FakeFaults.Dice.REORDER)) {
      place -= 5.5;
    }
    entries.add(new Entry(message, place, !keyed && faults.happens(FakeFaults.Dice.DELAY)));
    if (!keyed && faults.happens(FakeFaults.Dice.DUPLICATE)) {
      entries.add(new Entry(message, place + 3.5, false));
    }
    entries.sort(Comparator.comparingDouble(entry -> entry.place));
    serve();
  }

  synchronized void pull(int max, BooleanSupplier isGone, Consumer<List<ReceivedMessage>> answer) {
    pulls.add(new Pull(max, isGone, answer));
    serve();
  }

  /** What somebody who pulls is told when a subscription vanishes. */
  synchronized void delete() {
    pulls.forEach(pull -> pull.answer.accept(List.of()));
    pulls.clear();
  }

  synchronized void acknowledge(List<String> ackIds) {
    for (String ackId : ackIds) {
      if (faults.happens(FakeFaults.Dice.LOST_ACK)) {
        giveBack(ackId);
      } else {
        entries.removeIf(entry -> entry.ackId.equals(ackId));
      }
    }
    serve();
  }

  synchronized void modify(List<String> ackIds, int seconds) {
    for (String ackId : ackIds) {
      extensions.add(seconds);
      if (seconds == 0 || faults.happens(FakeFaults.Dice.EXPIRE)) {
        giveBack(ackId);
      }
    }
    serve();
  }

  /** Takes everything away; what it was. */
  synchronized List<PubsubMessage> clear() {
    List<PubsubMessage> all = entries.stream().map(entry -> entry.message).toList();
    entries.clear();
    return all;
  }

  /** The deadline of everything that is out passes now. */
  public synchronized void expire() {
    entries.forEach(entry -> entry.ackId = "");
    serve();
  }

  public synchronized int size() {
    return entries.size();
  }

  /** Of the message at that place. */
  public synchronized Map<String, String> attributes(int place) {
    return entries.get(place).message.getAttributesMap();
  }

  public synchronized int out() {
    return (int) entries.stream().filter(Entry::isOut).count();
  }

  /** Of one message each, in seconds; 0 for those that were returned. */
  synchronized List<Integer> extensions() {
    return List.copyOf(extensions);
  }

  public synchronized int waitingPulls() {
    pulls.removeIf(pull -> pull.isGone.getAsBoolean());
    return pulls.size();
  }

  @GuardedBy("this")
  private void giveBack(String ackId) {
    entries.stream().filter(entry -> entry.ackId.equals(ackId)).forEach(entry -> entry.ackId = "");
  }

  @GuardedBy("this")
  private void serve() {
    pulls.removeIf(pull -> pull.isGone.getAsBoolean());
    while (!pulls.isEmpty()) {
      Pull pull = pulls.get(0);
      List<ReceivedMessage> messages = handOut(pull.max);
      if (messages.isEmpty() && entries.stream().anyMatch(entry -> entry.delayed)) {
        entries.forEach(entry -> entry.delayed = false);
        messages = handOut(pull.max);
      }
      if (messages.isEmpty()) {
        return;
      }
      pulls.remove(0);
      pull.answer.accept(messages);
    }
  }

  /** Of a key, one batch is out at a time. */
  @GuardedBy("this")
  private List<ReceivedMessage> handOut(int max) {
    Set<String> busy = new HashSet<>();
    entries.stream().filter(Entry::isOut).forEach(one -> busy.add(one.message.getOrderingKey()));
    busy.remove("");
    List<ReceivedMessage> messages = new ArrayList<>();
    for (Entry entry : entries) {
      if (messages.size() == max) {
        break;
      }
      if (!entry.isOut() && !entry.delayed && !busy.contains(entry.message.getOrderingKey())) {
        entry.ackId = "ack-" + ++deliveries;
        entry.attempts++;
        messages.add(
            ReceivedMessage.newBuilder()
                .setMessage(entry.message)
                .setAckId(entry.ackId)
                .setDeliveryAttempt(countsAttempts ? entry.attempts : 0)
                .build());
      }
    }
    return messages;
  }
}
