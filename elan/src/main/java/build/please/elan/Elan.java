// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.common.cas.Cas;
import build.please.common.cli.AdminAddress;
import build.please.common.cli.AdminOptions;
import build.please.common.cli.CommandLines;
import build.please.common.cli.Count;
import build.please.common.cli.LoggingOptions;
import build.please.common.cli.RedisOptions;
import build.please.common.cli.RpcOptions;
import build.please.common.cli.SecurityConfig;
import build.please.common.cli.StartOptions;
import build.please.common.cli.UsageException;
import build.please.common.cli.WholeNumber;
import build.please.common.rpc.RpcConfig;
import build.please.common.rpc.RpcServer;
import build.please.common.rpc.Shutdown;
import build.please.common.rpc.Threads;
import build.please.creds.CredentialFiles;
import build.please.elan.bucket.DiskTier;
import build.please.elan.meter.ElanMeters;
import build.please.elan.service.CachedDirectories;
import build.please.elan.service.CapabilitiesService;
import build.please.elan.service.ElanServices;
import build.please.elan.service.QuickRequests;
import build.please.elan.service.ServiceConfig;
import build.please.elan.service.StorageCapabilities;
import build.please.elan.store.StoreConfig;
import build.please.metrics.Metrics;
import build.please.traces.Traces;
import io.grpc.BindableService;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The storage server's main. */
@Command(
    name = "elan",
    description = {
      "Serves content-addressable storage, action cache and ByteStream of the Remote Execution API.",
      "",
      "Where data lie: in the bucket, directory or memory that --storage names, laid out as "
          + "please-servers do: ac/, cas/ and zstd_cas/, by the first two digits of the hash. "
          + "Everything else is in .elan/ below it.",
      "",
      "Start: when it can be used, 'ready grpc://HOST:PORT' appears on stdout. Logs are on stderr. "
          + "A wrong flag, or something that it names and that cannot be used, is one line and exit "
          + "code 1.",
      "",
      "Ports: --port (7777) speaks gRPC, health and reflection included. --admin_port (9990) speaks "
          + "HTTP: /metrics, /healthz (alive) and /readyz (ready).",
      "",
      "Traces: off, unless OTEL_TRACES_EXPORTER or OTEL_EXPORTER_OTLP_ENDPOINT is set; then "
          + "OpenTelemetry's standard variables hold.",
      "",
      "Stop: SIGTERM, SIGINT and SIGHUP turn health to NOT_SERVING and /readyz to 503, wait for a pause between calls "
          + "(4 s at most), take no more calls and let those under way finish, for --drain_timeout "
          + "at most. What is left is ended with UNAVAILABLE, on which clients try again. Exit code "
          + "0. A second signal ends at once. What a directory has stored stays, either way.",
      "",
      "Options:",
    },
    footer = {
      "",
      "Sizes are bytes, or such as 10M (10 000 000) or 10MiB (10 485 760). Durations are seconds, "
          + "or such as 1h30m, 20s or 300ms. A flag beats its variable, which beats the default.",
      "",
      "Of please-servers' flags these are accepted and have no effect but a warning: --redis_*, "
          + "--max_size (LARGE_BLOB_SIZE), --cache_num_counters, --admin_gcp_profiling.",
      "",
      "Examples:",
      "  elan --storage=file:///var/lib/elan --store_max_size=100G",
      "  elan -s mem:// --host=127.0.0.1 -p 7777 -v debug",
      "  elan -s file:///var/lib/elan --token_file=/etc/elan/token -k key.pem -c cert.pem",
      "  elan gc -s file:///var/lib/elan --min_age=720h --dry_run",
      "  elan import -s disk:///var/lib/packed?create_dir=true --from=file:///var/lib/elan",
    })
public final class Elan implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(Elan.class);
  private static final int PORT = 7777;
  private static final int ADMIN_PORT = 9990;

  @Option(
      names = {"-s", "--storage", "--storage_url"},
      defaultValue = "${env:STORAGE_URL}",
      paramLabel = "URL",
      description =
          "Where blobs are kept: gs://bucket?prefix=a/b/, file:///absolute/dir, "
              + "disk:///absolute/dir (small blobs packed), mem://, or 'file' or "
              + "'disk' for a directory of its own in your cache directory (env STORAGE_URL).")
  private String storage = "";

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      converter = Count.class,
      description = "Blobs of batches that are read or written at once (default: 50).")
  private int parallelism = 50;

  @Option(
      names = "--dir_cache_size",
      paramLabel = "N",
      converter = WholeNumber.class,
      description = "Directories that GetTree keeps parsed in memory; 0 for none (default: 10240).")
  private int directories = CachedDirectories.DEFAULT_COUNT;

  @Mixin private final StoreOptions store = new StoreOptions();
  @Mixin private final CacheOptions cache = new CacheOptions();
  @Mixin private final RpcOptions rpc = new RpcOptions("", PORT);
  @Mixin private final AdminOptions admin = AdminOptions.onPort(ADMIN_PORT);
  @Mixin private final LoggingOptions logging = new LoggingOptions();
  @Mixin private final RedisOptions redis = new RedisOptions();
  @Mixin private final IgnoredOptions ignored = new IgnoredOptions();

  @Mixin private final StartOptions start = new StartOptions();

  Elan() {}

  /** Runs until a signal asks it to stop. */
  public static void main(String[] arguments) {
    System.exit(new Elan().commandLine().execute(arguments));
  }

  CommandLine commandLine() {
    CommandLine line =
        new CommandLine(this)
            .addSubcommand(new GcCommand(logging, System.out))
            .addSubcommand(new ImportCommand(logging, System.out))
            .addSubcommand(new ExportCommand(logging, System.out));
    return CommandLines.of(line, CommandLines.version(Elan.class));
  }

  /**
   * What the flags say.
   *
   * @param directories how many are kept parsed
   */
  record Settings(
      RpcConfig rpc,
      SecurityConfig security,
      Optional<AdminAddress> admin,
      String storage,
      StoreConfig store,
      Optional<DiskTier> disk,
      int parallelism,
      int directories) {}

  /** Warns of flags that mean nothing here. */
  Settings settings() {
    redis.warn();
    ignored.warn();
    if (storage.isEmpty()) {
      throw new UsageException("Missing required option: '--storage=URL'; see elan --help");
    }
    return new Settings(
        rpc.toConfig(),
        rpc.toSecurity(),
        admin.toConfig(),
        storage,
        store.toConfig(flag(storage), cache.memory()),
        cache.disk(flag(storage)),
        parallelism,
        directories);
  }

  private static StorageFlag flag(String storage) {
    return new StorageFlag(
        storage, StorageFlag.cacheHome(System.getenv()).resolve("elan"), System.getenv());
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    logging.apply();
    Settings settings = settings();
    try (Traces traces = Traces.open(System.getenv(), "elan", CommandLines.version(Elan.class));
        Metrics metrics = Frontage.metrics(settings.admin())) {
      Frontage.administer(metrics, logging);
      serve(settings, new Telemetry(metrics, traces));
    }
    return 0;
  }

  @SuppressWarnings("try") // The watch does its work unasked.
  private void serve(Settings settings, Telemetry telemetry)
      throws IOException, InterruptedException {
    StorageFlag flag = flag(settings.storage());
    Duration unwind = settings.rpc().drain().plusSeconds(10);
    ExecutorService pieces = Threads.pool("bucket", settings.parallelism());
    ScheduledExecutorService timer = Threads.timer("timer");
    ElanMeters meters = ElanMeters.in(telemetry.metrics().registry());
    Clock clock = Clock.systemUTC();
    try (CredentialFiles files = CredentialFiles.watched(clock);
        Store opened = flag.open(settings.store(), settings.disk(), meters, clock);
        RpcServer server =
            Frontage.open(
                settings.rpc(),
                Guard.open(settings.security(), files, clock),
                telemetry,
                services(opened, settings, pieces, timer, meters),
                QuickRequests.of(opened.pace()),
                opened::isWritable,
                "read, replace, delete and add to what is stored");
        StoreWatch watch = StoreWatch.start(opened, server)) {
      Shutdown.onSignal(server::requestStop, unwind);
      log.info("storing in {}", flag.url());
      String address = address(settings.rpc()) + ":" + server.port();
      opened.announce(
          (settings.security().certFile().isEmpty() ? "grpc://" : "grpcs://") + address);
      System.out.println("ready grpc://" + address);
      start.await(server::awaitTermination);
    }
  }

  /** Whoever listens on all addresses can be reached on this one. */
  private static String address(RpcConfig config) {
    return config.host().isEmpty() ? "127.0.0.1" : config.host();
  }

  private static List<BindableService> services(
      Store store,
      Settings settings,
      ExecutorService pieces,
      ScheduledExecutorService timer,
      ElanMeters meters) {
    Cas cas = store.cas();
    List<BindableService> services =
        new ArrayList<>(
            ElanServices.of(
                cas,
                new CachedDirectories(cas.blobs(), settings.directories(), meters.directories()),
                pieces,
                timer,
                ServiceConfig.DEFAULT,
                meters));
    services.add(
        new CapabilitiesService(
            StorageCapabilities.versions()
                .setCacheCapabilities(StorageCapabilities.cache(settings.store().maxBlobBytes()))
                .build()));
    services.addAll(store.tidying(pieces));
    return services;
  }
}
