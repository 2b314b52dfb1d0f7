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
import build.please.mettle.api.RequestPublisher;
import build.please.mettle.api.RequestTopics;
import build.please.mettle.control.ControlService;
import build.please.mettle.logs.LiveLogs;
import build.please.mettle.meter.MettleMeters;
import build.please.mettle.queue.Queues;
import build.please.mettle.queue.SignedTopic;
import build.please.mettle.queue.Topic;
import build.please.mettle.queue.TracedTopic;
import build.please.traces.Traces;
import com.github.benmanes.caffeine.cache.Ticker;
import io.grpc.BindableService;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** Everything that {@code api} runs, from its start to its end. */
final class FleetApi implements AutoCloseable {
  /** By what name please-servers' API servers announce requests if they have no suffix. */
  private static final String NAME = "mettle API server";

  /**
   * What the flags say.
   *
   * @param queues a topic for requests, a subscription for responses
   * @param announcements a topic for what is requested; empty for none
   * @param peer knows what runs
   * @param deadLetters a subscription to what is given up; empty for none
   */
  record Settings(
      RpcConfig rpc,
      SecurityConfig security,
      QueueOptions.Urls queues,
      String announcements,
      String deadLetters,
      PeerOptions.Peer peer,
      ServerStorage.Settings storage,
      ApiSide.Settings api) {}

  private final Settings settings;
  private final Opened opened;
  private final ApiSide api;
  private final ControlService control;
  private final RpcServer server;

  private FleetApi(
      Settings settings, Queues queues, Telemetry telemetry, Clock clock, Opened opened)
      throws IOException {
    this.settings = settings;
    this.opened = opened;
    Metrics metrics = telemetry.metrics();
    ElanMeters elan = ElanMeters.in(metrics.registry());
    CredentialFiles files = opened.add(CredentialFiles.watched(clock));
    Guard guard = Guard.open(settings.security(), files, clock);
    ServerStorage storage =
        opened.add(ServerStorage.open(settings.storage(), elan, clock, files, telemetry.traces()));
    Means means = opened.add(Means.open(clock, telemetry.traces()));
    RequestPublisher requests = publisher(queues, telemetry.traces());
    api =
        opened.add(
            ApiSide.open(
                settings.api(),
                storage,
                new ApiSide.Links(
                    requests,
                    new QueueFlags(queues)
                        .subscription("--response_queue", settings.queues().responses()),
                    new QueueFlags(queues)
                        .subscriptionOrNone("--dead_letter_subscription", settings.deadLetters())),
                means,
                MettleMeters.ofApi(metrics)));
    LiveLogs logs =
        LiveLogs.open(storage.cas().blobs(), means.pieces(), means.timer(), Ticker.systemTicker());
    control = opened.add(api.control(server(), logs));
    if (!settings.peer().url().isEmpty()) {
      try (PeerChannel peer = new PeerChannel(settings.peer(), files, telemetry)) {
        api.catchUp(peer.channel());
      }
    }
    server =
        opened.add(
            Frontage.open(
                settings.rpc(),
                guard,
                telemetry,
                services(logs, elan),
                api.quick(),
                () -> storage.isFit() && api.hears(),
                "run commands on the workers"));
    opened.add(storage.watch(server));
    storage.announce(
        (settings.security().certFile().isPresent() ? "grpcs://" : "grpc://") + address());
  }

  private RequestPublisher publisher(Queues queues, Traces traces) throws IOException {
    QueueFlags flags = new QueueFlags(queues);
    Topic announcements =
        opened.add(flags.topicOrNowhere("--pre_response_queue", settings.announcements()));
    String suffix = settings.queues().suffix();
    Topic urgent = requests(flags.topic("--request_queue", settings.queues().requests()), traces);
    String batch = settings.queues().batch();
    return new RequestPublisher(
        new RequestTopics(
            urgent,
            batch.isEmpty() ? urgent : requests(flags.topic("--batch_queue", batch), traces)),
        announcements,
        suffix.isEmpty() ? NAME : suffix,
        settings.api().platform());
  }

  private Topic requests(Topic topic, Traces traces) {
    return opened.add(new SignedTopic(new TracedTopic(topic, traces), server()));
  }

  /**
   * Opens and starts everything.
   *
   * @throws build.please.common.cli.UsageException or IOException if something cannot be opened;
   *     one line that names it, and nothing is left open
   */
  static FleetApi start(Settings settings, Queues queues, Telemetry telemetry, Clock clock)
      throws IOException {
    return Opened.all(opened -> new FleetApi(settings, queues, telemetry, clock, opened));
  }

  private List<BindableService> services(LiveLogs logs, ElanMeters elan) {
    List<BindableService> services = new ArrayList<>(api.services(logs, elan));
    services.add(control);
    return services;
  }

  /** What no other API server is called. */
  private String server() {
    return settings.queues().responses();
  }

  /** Where processes on this machine reach it. */
  String address() {
    String host = settings.rpc().host();
    return (host.isEmpty() ? "127.0.0.1" : host) + ":" + server.port();
  }

  /** Makes {@link #awaitStop} return, and turns health to NOT_SERVING; returns at once. */
  void requestStop() {
    server.requestStop();
  }

  /** Blocks until a stop is requested. */
  void awaitStop() throws InterruptedException {
    server.awaitTermination();
  }

  /** Sends waiting clients to others, lets other calls finish, then ends everything. */
  @Override
  public void close() throws IOException {
    server.requestStop();
    api.hangUp();
    control.close();
    opened.close();
  }
}
