// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cli.SecurityConfig;
import build.please.creds.Access;
import build.please.elan.StorageFlag;
import build.please.elan.Telemetry;
import build.please.elan.store.StoreConfig;
import build.please.metrics.AdminConfig;
import build.please.metrics.Metrics;
import build.please.mettle.api.PlatformPolicy;
import build.please.mettle.pool.Pools;
import build.please.mettle.queue.FakePubsub;
import build.please.mettle.queue.FakeSubscription;
import build.please.mettle.queue.QueueConfig;
import build.please.mettle.queue.Queues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * API servers and workers within this process, over a fake of Pub/Sub and one store of files. Ends
 * with this object.
 */
final class TestFleet implements AutoCloseable {
  private static final Access NO_ACCESS = Access.of("", false, null, null, null, null);

  private final Path directory;
  private final FakePubsub pubsub = new FakePubsub();
  private final Queues queues =
      new Queues(new QueueConfig(pubsub.address(), Duration.ofSeconds(10), Duration.ofHours(1)));
  private final Opened opened = new Opened();

  /** What API servers are told; zero is for ever. */
  Duration abandonedAfter = Duration.ZERO;

  /** Likewise, of what waits for a worker. */
  Duration queueTimeout = Duration.ZERO;

  /** When they look for results of which they hear nothing. */
  Duration quiet = ApiSide.Settings.DEFAULT_QUIET;

  /** How many workers may begin an action and not end it. */
  int attempts = TestSettings.ATTEMPTS;

  /** What API servers are told of the workers. */
  Pools pools = Pools.NONE;

  TestFleet(Path directory) throws IOException {
    this.directory = directory;
    Files.createDirectories(directory.resolve("store"));
    pubsub.topic("requests");
    pubsub.topic("batch");
    pubsub.topic("responses");
    pubsub.topic("dead");
    pubsub.subscription("projects/p/topics/dead", "dead");
    pubsub.subscription("projects/p/topics/requests", "requests");
    pubsub.subscription("projects/p/topics/batch", "batch");
  }

  /** Where what goes wrong can be said. */
  FakePubsub pubsub() {
    return pubsub;
  }

  /**
   * From now on the deadline of every message that is out passes ten times a second, until what is
   * returned is completed.
   */
  CompletableFuture<Void> passDeadlines() {
    CompletableFuture<Void> end = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              while (!end.isDone()) {
                pubsub.expire();
                end.copy().completeOnTimeout(null, 100, TimeUnit.MILLISECONDS).join();
              }
            },
            "deadlines");
    thread.setDaemon(true);
    thread.start();
    return end;
  }

  /** What is not acknowledged yet. */
  FakeSubscription requests() {
    return pubsub.find("projects/p/subscriptions/requests");
  }

  /** As {@link #requests}, of those that can wait. */
  FakeSubscription batchRequests() {
    return pubsub.find("projects/p/subscriptions/batch");
  }

  FakeSubscription deadLetters() {
    return pubsub.find("projects/p/subscriptions/dead");
  }

  /** As Pub/Sub's own policy for dead letters does. */
  void giveUpRequests() {
    pubsub.forward("projects/p/subscriptions/requests", "projects/p/topics/dead");
  }

  /** What an API server hears by. */
  void makeResponses(String suffix) {
    pubsub.subscription("projects/p/topics/responses", "responses-" + suffix);
  }

  void deleteResponses(String suffix) {
    pubsub.remove("projects/p/subscriptions/responses-" + suffix);
  }

  /** A server, what it counts, and whoever asks it. */
  record Api(FleetApi server, Metrics metrics, TestClient client) {}

  Api api(String suffix) throws IOException {
    return api(suffix, "");
  }

  /** That learns from another; nobody's address is empty. */
  Api api(String suffix, String peer) throws IOException {
    makeResponses(suffix);
    Metrics metrics =
        add(Metrics.start(new AdminConfig("127.0.0.1", 0, AdminConfig.WhenTaken.FAIL)));
    FleetApi server =
        add(
            FleetApi.start(
                new FleetApi.Settings(
                    TestSettings.rpc(),
                    SecurityConfig.OPEN,
                    new QueueOptions.Urls(
                        "gcppubsub://p/requests",
                        "gcppubsub://p/batch",
                        "gcppubsub://p/responses-" + suffix,
                        suffix),
                    "gcppubsub://p/responses",
                    "gcppubsub://p/dead",
                    peer(peer),
                    storage(),
                    TestSettings.api(
                        new PlatformPolicy(Map.of(), pools, 1),
                        abandonedAfter,
                        queueTimeout,
                        quiet,
                        attempts)),
                queues,
                Telemetry.untraced(metrics),
                Clock.systemUTC()));
    return new Api(server, metrics, add(new TestClient(server.address())));
  }

  /** A worker, and the port of its pages. */
  record Worker(FleetWorker server, int admin) {}

  /** With two slots. */
  Worker worker(String name, Duration drain) throws IOException {
    return worker(name, drain, List.of());
  }

  /** With two slots, that asks these API servers whether anybody waits. */
  Worker worker(String name, Duration drain, List<String> control) throws IOException {
    Metrics metrics =
        add(Metrics.start(new AdminConfig("127.0.0.1", 0, AdminConfig.WhenTaken.FAIL)));
    FleetWorker server =
        add(
            FleetWorker.start(
                new FleetWorker.Settings(
                    new QueueOptions.Urls(
                        "gcppubsub://p/requests",
                        "gcppubsub://p/batch",
                        "gcppubsub://p/responses",
                        ""),
                    storage(),
                    "gcppubsub://p/dead",
                    TestSettings.workers(directory.resolve(name), name, 0),
                    new ControlOptions.Config(control, NO_ACCESS),
                    drain),
                queues,
                Telemetry.untraced(metrics),
                Clock.systemUTC()));
    return new Worker(server, metrics.port().orElseThrow());
  }

  private static PeerOptions.Peer peer(String address) {
    return new PeerOptions.Peer(address, NO_ACCESS);
  }

  private ServerStorage.Settings storage() {
    return new ServerStorage.Settings(
        new StorageFlag("file://" + directory.resolve("store"), directory),
        StoreConfig.DEFAULT,
        "",
        "mettle",
        NO_ACCESS);
  }

  private <T extends AutoCloseable> T add(T resource) {
    return opened.add(resource);
  }

  @Override
  public void close() throws IOException {
    opened.close();
    try {
      pubsub.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
