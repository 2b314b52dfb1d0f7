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
import build.please.elan.StorageFlag;
import build.please.elan.StoreOptions;
import build.please.elan.Telemetry;
import build.please.elan.store.StoreConfig;
import build.please.metrics.Metrics;
import build.please.mettle.api.PlatformPolicy;
import build.please.mettle.worker.WorkerConfig;
import build.please.traces.Traces;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code mettle dual}: API server, workers and, unless another is named, storage in one process.
 */
@Command(
    name = "dual",
    description = {
      "Run everything in one process and on one port: storage, API server and workers.",
      "",
      "It listens on the loopback address unless --host says otherwise, since whoever can connect "
          + "can run commands on this machine. When it is ready, 'ready grpc://HOST:PORT' and the "
          + "lines for a .bazelrc and a .plzconfig appear on stdout. SIGTERM and SIGINT let running "
          + "actions finish, for --drain_timeout at most; a second one ends at once.",
      ""
    })
final class DualCommand implements Callable<Integer> {
  private static final int PORT = 7778;

  private final GlobalOptions global;

  @Mixin private final RedisOptions redis = new RedisOptions();
  @Mixin private final IgnoredOptions ignored = new IgnoredOptions();
  @Mixin private final QueueOptions queues = new QueueOptions();
  @Mixin private final RpcOptions rpc = new RpcOptions("127.0.0.1", PORT);

  @Option(
      names = "--data_dir",
      paramLabel = "DIR",
      description =
          "Where it keeps everything: the store, unless --storage is given, which is packed "
              + "(disk://) unless there is one in files, and the directories that actions run in "
              + "(default: mettle in your cache directory).")
  private @Nullable Path dataDirectory;

  @Option(
      names = {"-s", "--storage", "--storage_url"},
      defaultValue = "${env:STORAGE_URL}",
      paramLabel = "URL",
      description =
          "Another store: disk:///dir, file:///dir or mem://, which it keeps itself, or HOST:PORT of an "
              + "Elan, to which it forwards (env STORAGE_URL).")
  private @Nullable String storage;

  @Mixin private final StoreOptions storeOptions = new StoreOptions();

  @Mixin private final StorageAccessOptions storageAccess = new StorageAccessOptions();

  @Mixin private final ForwardingOptions forwarding = new ForwardingOptions();

  @Mixin private final InstanceOptions instance = new InstanceOptions();

  @Option(
      names = {"-d", "--dir"},
      paramLabel = "DIR",
      description = "Where actions run (default: work below --data_dir).")
  private @Nullable Path workDirectory;

  @Option(
      names = {"-n", "--num_workers"},
      defaultValue = "${env:METTLE_NUM_WORKERS}",
      paramLabel = "N",
      converter = Count.class,
      description =
          "Actions that run at once (default: the number of cores; env METTLE_NUM_WORKERS).")
  private @Nullable Integer workers;

  @Option(
      names = {"--platform", "--allowed_platform"},
      paramLabel = "NAME=VALUE",
      converter = PlatformFlag.class,
      description =
          "A platform property that actions may ask for and get here; repeat for several, also of "
              + "one name. Others are then refused; without the flag they are ignored. With it, "
              + PlatformPolicy.SLOTS
              + "=N asks for N of the --num_workers.")
  private List<PlatformFlag.Property> platform = List.of();

  @Mixin private final WorkerOptions workerOptions = new WorkerOptions();
  @Mixin private final AttemptOptions attempts = new AttemptOptions();
  @Mixin private final DemandOptions demand = new DemandOptions();
  @Mixin private final FitnessOptions fitness = new FitnessOptions();

  @Mixin private final StartOptions start = new StartOptions();

  DualCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    global.logging().apply();
    redis.warn();
    ignored.warn();
    queues.checkInMemory(global.queues());
    RpcConfig config = rpc.toConfig();
    Duration unwind = config.drain().multipliedBy(2).plusSeconds(20);
    try (DataDirectory data = DataDirectory.open(dataPath(), ProcessHandle.current().pid());
        Traces traces =
            Traces.open(System.getenv(), "mettle", CommandLines.version(DualCommand.class));
        Metrics metrics = Frontage.metrics(global.admin(), global.logging());
        DualServer server =
            DualServer.start(
                settings(config, data), new Telemetry(metrics, traces), Clock.systemUTC())) {
      Shutdown.onSignal(server::requestStop, server::kill, unwind);
      System.out.print(
          Welcome.text(config.host(), server.port(), server.transport(), server.storage()));
      System.out.flush();
      start.await(server::awaitStop);
    }
    return 0;
  }

  private Path dataPath() {
    return dataDirectory != null
        ? dataDirectory
        : StorageFlag.cacheHome(System.getenv()).resolve("mettle");
  }

  private DualServer.Settings settings(RpcConfig config, DataDirectory data) {
    Map<String, String> environment = System.getenv();
    Path usual = StorageFlag.cacheHome(environment).resolve("elan");
    StorageFlag flag =
        storage == null || storage.isEmpty()
            ? StorageFlag.inDirectory(data.resolve("elan"), environment)
            : new StorageFlag(storage, usual, environment);
    String given = storage == null || storage.isEmpty() ? flag.url() : storage;
    Path work = workDirectory == null ? data.resolve("work") : workDirectory;
    int slots = workers == null ? Runtime.getRuntime().availableProcessors() : workers;
    WorkerConfig worker = workerOptions.toConfig(work.toAbsolutePath(), data.resolve("cache"));
    return new DualServer.Settings(
        config,
        rpc.toSecurity(),
        new ServerStorage.Settings(
            flag,
            storeOptions.toConfig(flag, StoreConfig.MemoryTier.DEFAULT),
            given,
            instance.name(),
            storageAccess.toConfig()),
        new ApiSide.Settings(
            forwarding.toForwarding(),
            new PlatformPolicy(PlatformFlag.byName(platform), slots),
            worker.defaultTimeout(),
            worker.maxTimeout(),
            1,
            attempts.max(),
            demand.abandonedAfter(),
            demand.queueTimeout(),
            ApiSide.Settings.DEFAULT_QUIET),
        new WorkerSide.Settings(
            slots, attempts.max(), worker, fitness.toConfig(), fitness.firstAction()));
  }
}
