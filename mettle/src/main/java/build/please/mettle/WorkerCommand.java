// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cli.CommandLines;
import build.please.common.cli.Count;
import build.please.common.cli.GoDuration;
import build.please.common.cli.RedisOptions;
import build.please.common.cli.StartOptions;
import build.please.common.cli.UsageException;
import build.please.common.rpc.Shutdown;
import build.please.elan.Frontage;
import build.please.elan.Telemetry;
import build.please.metrics.Metrics;
import build.please.mettle.queue.QueueConfig;
import build.please.mettle.queue.Queues;
import build.please.mettle.worker.WorkerConfig;
import build.please.traces.Traces;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mettle worker}: runs what API servers request over a queue. */
@Command(
    name = "worker",
    description = {
      "Run actions that API servers request over a queue.",
      "",
      "Start: when it takes requests, 'ready worker NAME' appears on stdout. A queue that is missing "
          + "or forbidden is one line that names it, and exit code 1.",
      "",
      "A request leaves the queue when its result is stored and published, not before: whatever "
          + "happens to this worker, another one has the request again within a minute or two.",
      "",
      "Stop: SIGTERM, SIGINT and SIGHUP turn /readyz to 503, take no more requests and let running "
          + "actions finish, for --drain_timeout at most. A second signal, or the first with "
          + "--immediate_shutdown, kills them and hands their requests back. Exit code 0.",
      "",
    },
    footer = {
      "",
      "Of please-servers' flags these are accepted and have no effect but a warning: --redis_*, "
          + "--noclean, --browser, --lucidity, --prom_gateway, --timeout, --cache_prefix, "
          + "--cache_part.",
      "",
      "Example:",
      "  mettle worker -s elan:7777 -d /var/lib/mettle "
          + "-q gcppubsub://projects/p/subscriptions/requests "
          + "-r gcppubsub://projects/p/topics/responses",
    })
final class WorkerCommand implements Callable<Integer> {
  private static final int ADMIN_PORT = 9990;
  private static final Duration PUBLISH_TIMEOUT = Duration.ofSeconds(60);

  /** What an action takes beside its command: fetching, waiting, storing. */
  private static final Duration AROUND = Duration.ofHours(1);

  private static final Duration UNWIND = Duration.ofSeconds(40);

  private final GlobalOptions global;

  @Mixin private final RedisOptions redis = new RedisOptions();
  @Mixin private final IgnoredOptions ignored = new IgnoredOptions();
  @Mixin private final QueueOptions queues = new QueueOptions();
  @Mixin private final ServerStorageOptions storage = new ServerStorageOptions();

  @Option(
      names = {"-n", "--name"},
      paramLabel = "NAME",
      description = "What clients and logs call this worker (default: the machine's name).")
  private String name = "";

  @Option(
      names = {"-d", "--dir"},
      paramLabel = "DIR",
      description = "Where actions run (default: the current directory).")
  private Path directory = Path.of(".");

  @Option(
      names = "--num_workers",
      paramLabel = "N",
      converter = Count.class,
      description =
          "Actions that run at once; a request is taken when one of these is free "
              + "(default: 1).")
  private int slots = 1;

  @Option(
      names = "--ack_extension",
      paramLabel = "DURATION",
      converter = GoDuration.class,
      description =
          "For how long Pub/Sub keeps a request from others each time that it is asked to, 10s to "
              + "10m: when a worker dies, its request comes back after that (default: 1m).")
  private @Nullable Duration ackExtension;

  @Option(
      names = "--drain_timeout",
      paramLabel = "DURATION",
      converter = GoDuration.class,
      description = "How long actions may go on after a request to stop (default: 10m).")
  private Duration drain = Duration.ofMinutes(10);

  @Option(
      names = "--immediate_shutdown",
      description = "When asked to stop, hand back what runs rather than finish it.")
  private boolean immediateShutdown;

  @Mixin private final WorkerOptions workerOptions = new WorkerOptions();
  @Mixin private final AttemptOptions attempts = new AttemptOptions();

  @Option(
      names = "--dead_letter_queue",
      defaultValue = "${env:WORKER_DEAD_LETTER_QUEUE}",
      paramLabel = "URL",
      description =
          "A topic for copies of requests that are given up: after --max_attempts, or since nobody "
              + "can read them (default: none; env WORKER_DEAD_LETTER_QUEUE).")
  private String deadLetters = "";

  @Mixin private final ControlOptions control = new ControlOptions();
  @Mixin private final FitnessOptions fitness = new FitnessOptions();

  @Mixin private final StartOptions start = new StartOptions();

  WorkerCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    global.logging().apply();
    redis.warn();
    ignored.warn();
    FleetWorker.Settings settings = settings();
    Queues opener = new Queues(queueConfig(settings));
    try (Traces traces =
            Traces.open(System.getenv(), "mettle", CommandLines.version(WorkerCommand.class));
        Metrics metrics = Frontage.metrics(global.admin(), global.logging(), ADMIN_PORT);
        FleetWorker worker =
            FleetWorker.start(
                settings, opener, new Telemetry(metrics, traces), Clock.systemUTC())) {
      Shutdown.onSignal(worker::requestStop, worker::kill, settings.drain().plus(UNWIND));
      System.out.println("ready worker " + settings.workers().worker().name());
      start.await(worker::awaitStop);
    }
    return 0;
  }

  private FleetWorker.Settings settings() {
    Path work = directory.toAbsolutePath().normalize();
    WorkerConfig config = workerOptions.toConfig(work, work.resolve("mettle_cache"), name);
    return new FleetWorker.Settings(
        queues.toUrls(global.queues(), System.getenv(), "WORKER"),
        storage.toSettings(),
        deadLetters,
        new WorkerSide.Settings(
            slots, attempts.max(), config, fitness.toConfig(), fitness.firstAction()),
        control.toConfig(),
        immediateShutdown ? Duration.ZERO : drain);
  }

  private QueueConfig queueConfig(FleetWorker.Settings settings) {
    QueueConfig config =
        new QueueConfig(
            System.getenv().getOrDefault("PUBSUB_EMULATOR_HOST", ""),
            PUBLISH_TIMEOUT,
            settings.workers().worker().maxTimeout().plus(AROUND));
    if (ackExtension == null) {
      return config;
    }
    if (!settings.queues().requests().startsWith("gcppubsub://")) {
      throw new UsageException("--ack_extension is for queues of Pub/Sub, gcppubsub://");
    }
    try {
      return config.withLeaseStep(ackExtension);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--ack_extension: " + e.getMessage());
    }
  }
}
