// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cli.CommandLines;
import build.please.common.cli.Count;
import build.please.common.cli.RedisOptions;
import build.please.common.cli.RpcOptions;
import build.please.common.cli.StartOptions;
import build.please.common.rpc.RpcConfig;
import build.please.common.rpc.Shutdown;
import build.please.elan.Frontage;
import build.please.elan.Telemetry;
import build.please.metrics.Metrics;
import build.please.mettle.api.PlatformPolicy;
import build.please.mettle.queue.QueueConfig;
import build.please.mettle.queue.Queues;
import build.please.traces.Traces;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mettle api}: takes executions from clients and has workers run them over a queue. */
@Command(
    name = "api",
    description = {
      "Take executions from clients and have workers run them over a queue.",
      "",
      "Any number of these may share a queue. Each needs a subscription of its own to the responses, "
          + "and then knows of all actions, whichever of them a client asked.",
      "",
      "Start: when it can be used, 'ready grpc://HOST:PORT' appears on stdout. A queue that is "
          + "missing or forbidden is one line that names it, and exit code 1.",
      "",
      "Stop: SIGTERM, SIGINT and SIGHUP turn health to NOT_SERVING and /readyz to 503, end the "
          + "streams of waiting clients with UNAVAILABLE, on which they go to another of these, and "
          + "let other calls finish, for --drain_timeout at most. What runs goes on. Exit code 0.",
      "",
    },
    footer = {
      "",
      "Example:",
      "  mettle api -s elan:7777 -q gcppubsub://projects/p/topics/requests "
          + "-r gcppubsub://projects/p/subscriptions/responses- --response_queue_suffix=0",
    })
final class ApiCommand implements Callable<Integer> {
  private static final int PORT = 7778;
  private static final int ADMIN_PORT = 9990;
  private static final Duration PUBLISH_TIMEOUT = Duration.ofSeconds(10);

  /** Longer than a response is worked on. */
  private static final Duration LONGEST_LEASE = Duration.ofHours(1);

  private final GlobalOptions global;

  @Mixin private final RpcOptions rpc = new RpcOptions("", PORT);
  @Mixin private final RedisOptions redis = new RedisOptions();
  @Mixin private final QueueOptions queues = new QueueOptions();

  @Option(
      names = "--pre_response_queue",
      defaultValue = "${env:API_PRE_RESPONSE_QUEUE}",
      paramLabel = "URL",
      description =
          "A topic to announce requests to, that of the responses, so that other API servers ask "
              + "not again for what is queued (default: none; env API_PRE_RESPONSE_QUEUE).")
  private String announcements = "";

  @Option(
      names = "--num_pollers",
      defaultValue = "${env:API_NUM_POLLERS:-10}",
      paramLabel = "N",
      converter = Count.class,
      description = "Threads that hear responses (default: 10; env API_NUM_POLLERS).")
  private int pollers = 10;

  @Option(
      names = "--subscription_batch_size",
      defaultValue = "${env:API_SUBSCRIPTION:-100}",
      paramLabel = "N",
      converter = Count.class,
      description =
          "Responses that are asked for at once, unless the URL has max_recv_batch_size "
              + "(default: 100; env API_SUBSCRIPTION).")
  private int batch = 100;

  @Option(
      names = "--dead_letter_subscription",
      defaultValue = "${env:API_DEAD_LETTER_SUBSCRIPTION}",
      paramLabel = "URL",
      description =
          "Where requests come that were given up; their actions end. All API servers may share it, "
              + "if they have --pre_response_queue (default: none; env "
              + "API_DEAD_LETTER_SUBSCRIPTION).")
  private String deadLetters = "";

  @Mixin private final PeerOptions peer = new PeerOptions();
  @Mixin private final AttemptOptions attempts = new AttemptOptions();

  @Mixin private final ServerStorageOptions storage = new ServerStorageOptions();

  @Mixin private final ForwardingOptions forwarding = new ForwardingOptions();

  @Option(
      names = {"--allowed_platform", "--platform"},
      paramLabel = "NAME:VALUE",
      converter = PlatformFlag.class,
      description =
          "A platform property that actions may ask for; repeat for several, also of one name. "
              + "Others are then refused, and requests carry the properties as attributes, by which "
              + "subscriptions can select them. Without the flag properties are ignored.")
  private List<PlatformFlag.Property> platform = List.of();

  @Mixin private final PoolOptions pools = new PoolOptions();

  @Mixin private final TimeoutOptions timeouts = new TimeoutOptions();
  @Mixin private final DemandOptions demand = new DemandOptions();

  @Mixin private final StartOptions start = new StartOptions();

  ApiCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    global.logging().apply();
    redis.warn();
    RpcConfig config = rpc.toConfig();
    Queues opener =
        new Queues(
            new QueueConfig(
                System.getenv().getOrDefault("PUBSUB_EMULATOR_HOST", ""),
                PUBLISH_TIMEOUT,
                LONGEST_LEASE));
    try (Traces traces =
            Traces.open(System.getenv(), "mettle", CommandLines.version(ApiCommand.class));
        Metrics metrics = Frontage.metrics(global.admin(), global.logging(), ADMIN_PORT);
        FleetApi api =
            FleetApi.start(
                settings(config), opener, new Telemetry(metrics, traces), Clock.systemUTC())) {
      Shutdown.onSignal(api::requestStop, config.drain().plusSeconds(20));
      System.out.println("ready grpc://" + api.address());
      start.await(api::awaitStop);
    }
    return 0;
  }

  private FleetApi.Settings settings(RpcConfig config) {
    return new FleetApi.Settings(
        config,
        rpc.toSecurity(),
        queues.toUrls(global.queues(), System.getenv(), "API").withBatch(batch),
        announcements,
        deadLetters,
        peer.toPeer(),
        storage.toSettings(),
        new ApiSide.Settings(
            forwarding.toForwarding(),
            new PlatformPolicy(PlatformFlag.byName(platform), pools.toPools(System.getenv()), 1),
            timeouts.defaultTimeout(),
            timeouts.maxTimeout(),
            pollers,
            attempts.max(),
            demand.abandonedAfter(),
            demand.queueTimeout(),
            ApiSide.Settings.DEFAULT_QUIET));
  }
}
