// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import build.please.mettle.queue.FakeFaults.Dice;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.pubsub.v1.PubsubMessage;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A fake of Cloud Pub/Sub: a gRPC server on the loopback that does what the client asks of it, and
 * what {@link FakeFaults} asks of it. Knows topics, subscriptions with and without order, pulls,
 * acknowledgements and deadlines that pass when the test says so.
 */
public final class FakePubsub {
  private static final int FOR_EVER = 100_000;

  final FakeFaults faults = new FakeFaults();
  private final ExecutorService calls = Executors.newFixedThreadPool(4);
  private Server server;

  @GuardedBy("this")
  private final Set<String> topics = new HashSet<>();

  @GuardedBy("this")
  private final Map<String, FakeSubscription> subscriptions = new HashMap<>();

  @GuardedBy("this")
  private long published;

  public FakePubsub() throws IOException {
    server = serve(0);
  }

  private Server serve(int port) throws IOException {
    return NettyServerBuilder.forAddress(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
        .executor(calls)
        .maxInboundMessageSize(20 << 20)
        .intercept(faults)
        .addService(new FakePublisher(this))
        .addService(new FakeSubscriber(this))
        .addService(new FakePermissions(this))
        .build()
        .start();
  }

  /** What {@code PUBSUB_EMULATOR_HOST} would say. */
  public String address() {
    return "127.0.0.1:" + server.getPort();
  }

  public synchronized String topic(String name) {
    topics.add("projects/p/topics/" + name);
    return "projects/p/topics/" + name;
  }

  /** A new subscription to a topic; one topic's name must not start another's. */
  public synchronized String subscription(String topic, String name) {
    String full = "projects/p/subscriptions/" + name;
    subscriptions.put(full, new FakeSubscription(topic, faults));
    return full;
  }

  synchronized boolean has(String name) {
    return topics.contains(name) || subscriptions.containsKey(name);
  }

  public synchronized FakeSubscription find(String subscription) {
    return Objects.requireNonNull(subscriptions.get(subscription), subscription);
  }

  public synchronized void remove(String subscription) {
    find(subscription).delete();
    subscriptions.remove(subscription);
  }

  /** Moves all that a subscription holds to another topic. */
  public synchronized void forward(String subscription, String topic) {
    find(subscription).clear().forEach(message -> publish(topic, message));
  }

  /** The deadline of everything that is out passes now. */
  public synchronized void expire() {
    subscriptions.values().forEach(FakeSubscription::expire);
  }

  /** Gives a message to every subscription of a topic. */
  synchronized String publish(String topic, PubsubMessage message) {
    String id = "id-" + ++published;
    PubsubMessage named = message.toBuilder().setMessageId(id).build();
    for (FakeSubscription subscription : subscriptions.values()) {
      if (subscription.topic.equals(topic)) {
        subscription.add(named);
      }
    }
    return id;
  }

  /** From now on all calls of these methods fail. */
  public void refuse(String... methods) {
    for (String method : methods) {
      faults.fail(method, FOR_EVER, Status.UNAVAILABLE.withDescription("refused"));
    }
  }

  /** They work again. */
  public void serve(String... methods) {
    for (String method : methods) {
      faults.clear(method);
    }
  }

  /** Messages come again and again, in any order, and calls get lost. */
  public void storm(long seed) {
    faults.roll(
        seed,
        Map.of(
            Dice.DUPLICATE, 40,
            Dice.REORDER, 20,
            Dice.DELAY, 10,
            Dice.LOST_ACK, 40,
            Dice.EXPIRE, 40,
            Dice.REFUSE, 10,
            Dice.LOST_ANSWER, 10));
  }

  /** Nothing of the kind happens any more. */
  public void calm() {
    faults.roll(0, Map.of());
  }

  /** Breaks every connection, and is there again at once. */
  void reset() throws IOException, InterruptedException {
    int port = server.getPort();
    breakOff();
    server = serve(port);
  }

  private void breakOff() throws InterruptedException {
    server.shutdownNow();
    server.awaitTermination();
  }

  public void stop() throws InterruptedException {
    breakOff();
    calls.shutdown();
  }
}
