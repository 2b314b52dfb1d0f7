// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cli.SecurityConfig;
import build.please.common.rpc.RpcConfig;
import build.please.common.rpc.RpcServer;
import build.please.creds.CredentialFiles;
import build.please.elan.Frontage;
import build.please.elan.Guard;
import build.please.elan.Telemetry;
import build.please.elan.meter.ElanMeters;
import build.please.metrics.Metrics;
import build.please.mettle.api.PlatformPolicy;
import build.please.mettle.api.RequestPublisher;
import build.please.mettle.api.RequestTopics;
import build.please.mettle.logs.LiveLogs;
import build.please.mettle.meter.MettleMeters;
import build.please.mettle.queue.MemoryQueue;
import build.please.mettle.queue.Subscription;
import build.please.mettle.queue.Topic;
import build.please.mettle.queue.TracedTopic;
import build.please.mettle.queue.UrgentFirst;
import build.please.mettle.worker.Slots;
import build.please.mettle.worker.Surroundings;
import build.please.mettle.worker.WorkerConfig;
import build.please.mettle.worker.WorkerLinks;
import com.github.benmanes.caffeine.cache.Ticker;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;

/** Everything that {@code dual} runs, from its start to its end. */
final class DualServer implements AutoCloseable {
  private static final int QUEUE_CAPACITY = 1_000_000;

  /**
   * What the flags say.
   *
   * @param security who may connect
   */
  record Settings(
      RpcConfig rpc,
      SecurityConfig security,
      ServerStorage.Settings storage,
      ApiSide.Settings api,
      WorkerSide.Settings workers) {}

  private final Settings settings;
  private final Opened opened;
  private final ApiSide api;
  private final WorkerSide workers;
  private final RpcServer server;

  private DualServer(Settings settings, Telemetry telemetry, Clock clock, Opened opened)
      throws IOException {
    this.settings = settings;
    this.opened = opened;
    Metrics metrics = telemetry.metrics();
    ElanMeters elan = ElanMeters.in(metrics.registry());
    WorkerConfig worker = settings.workers().worker();
    MettleMeters meters = MettleMeters.in(metrics, worker.name(), worker.version());
    CredentialFiles files = opened.add(CredentialFiles.watched(clock));
    Guard guard = Guard.open(settings.security(), files, clock);
    ServerStorage storage =
        opened.add(ServerStorage.open(settings.storage(), elan, clock, files, telemetry.traces()));
    Means means = opened.add(Means.open(clock, telemetry.traces()));
    MemoryQueue requests = opened.add(new MemoryQueue(QUEUE_CAPACITY));
    MemoryQueue batch = opened.add(new MemoryQueue(QUEUE_CAPACITY));
    api =
        opened.add(
            ApiSide.open(
                settings.api(),
                storage,
                new ApiSide.Links(
                    new RequestPublisher(
                        new RequestTopics(
                            new TracedTopic(requests, telemetry.traces()),
                            new TracedTopic(batch, telemetry.traces())),
                        Topic.NOWHERE,
                        "dual",
                        settings.api().platform()),
                    Subscription.NONE,
                    Subscription.NONE),
                means,
                meters.api()));
    LiveLogs logs =
        LiveLogs.open(storage.cas().blobs(), means.pieces(), means.timer(), Ticker.systemTicker());
    workers =
        opened.add(
            WorkerSide.start(
                settings.workers(),
                storage,
                new WorkerLinks(
                    new UrgentFirst(
                        requests.subscribe(), batch.subscribe(), Duration.ZERO, System::nanoTime),
                    api.responses()),
                new Surroundings(slots(), telemetry.traces(), api.attendance(logs)),
                meters.worker(),
                clock));
    server =
        opened.add(
            Frontage.open(
                settings.rpc(),
                guard,
                telemetry,
                api.services(logs, elan),
                api.quick(),
                () -> storage.isFit() && workers.isFit(),
                "run commands on this machine"));
    opened.add(storage.watch(server));
    storage.announce(address());
  }

  /**
   * Opens and starts everything.
   *
   * @throws build.please.common.cli.UsageException or IOException if something cannot be; nothing
   *     is left open
   */
  static DualServer start(Settings settings, Telemetry telemetry, Clock clock) throws IOException {
    return Opened.all(opened -> new DualServer(settings, telemetry, clock, opened));
  }

  private Slots slots() {
    PlatformPolicy platform = settings.api().platform();
    return Slots.of(
        settings.workers().slots(),
        (action, command) -> platform.slots(PlatformPolicy.platform(action, command)));
  }

  int port() {
    return server.port();
  }

  /** Where processes on this machine reach it. */
  private String address() {
    String scheme = transport() == Welcome.Transport.TLS ? "grpcs://" : "grpc://";
    String host = settings.rpc().host();
    return scheme + (host.isEmpty() ? "127.0.0.1" : host) + ":" + server.port();
  }

  Welcome.Transport transport() {
    return settings.security().certFile().isPresent()
        ? Welcome.Transport.TLS
        : Welcome.Transport.PLAINTEXT;
  }

  /** Where blobs are kept, for people. */
  String storage() {
    return settings.storage().place();
  }

  /** Makes {@link #awaitStop} return; returns at once. */
  void requestStop() {
    server.requestStop();
  }

  /** Ends running commands, whatever becomes of their actions. */
  void kill() {
    workers.kill();
  }

  /** Blocks until a stop is requested. */
  void awaitStop() throws InterruptedException {
    server.awaitTermination();
  }

  /**
   * Lets running actions finish, for as long as the settings grant, and their clients hear of it;
   * then ends everything, the last opened first.
   */
  @Override
  public void close() throws IOException {
    workers.drain(settings.rpc().drain());
    api.hangUp();
    opened.close();
  }
}
