// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.common.cas.Cas;
import build.please.common.cli.AdminOptions;
import build.please.common.cli.CommandLines;
import build.please.common.cli.Count;
import build.please.common.cli.LoggingOptions;
import build.please.common.cli.RpcOptions;
import build.please.common.rpc.RpcConfig;
import build.please.common.rpc.RpcServer;
import build.please.common.rpc.Shutdown;
import build.please.common.rpc.Threads;
import build.please.elan.meter.ElanMeters;
import build.please.elan.service.CachedDirectories;
import build.please.elan.service.CapabilitiesService;
import build.please.elan.service.ElanServices;
import build.please.elan.service.ServiceConfig;
import build.please.elan.service.StorageCapabilities;
import build.please.elan.store.StoreConfig;
import build.please.metrics.Metrics;
import io.grpc.BindableService;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The storage server's main. */
@Command(
    name = "elan",
    description = {
      "Serves content-addressable storage, action cache and ByteStream of the Remote Execution API.",
      "",
      "The store is a directory or memory. When it is ready, 'ready grpc://HOST:PORT' appears on "
          + "stdout. SIGTERM and SIGINT let the calls under way finish; a second one ends at once.",
      ""
    })
public final class Elan implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(Elan.class);
  private static final int PORT = 7777;
  private static final int ADMIN_PORT = 9990;

  @Mixin private final LoggingOptions logging = new LoggingOptions();
  @Mixin private final RpcOptions rpc = new RpcOptions("", PORT);
  @Mixin private final AdminOptions admin = AdminOptions.onPort(ADMIN_PORT);

  @Option(
      names = {"-s", "--storage", "--storage_url"},
      required = true,
      defaultValue = "${env:STORAGE_URL}",
      paramLabel = "URL",
      description =
          "Where blobs are kept: file:///absolute/dir, mem://, or 'file' for a directory of its own "
              + "in your cache directory (env STORAGE_URL).")
  private String storage = "";

  @Mixin private final StoreOptions store = new StoreOptions();
  @Mixin private final MemoryTierOptions memory = new MemoryTierOptions();

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      converter = Count.class,
      description = "Blobs of batches that are read or written at once (default: 50).")
  private int parallelism = 50;

  @Option(names = "--exit_after_start", hidden = true)
  private boolean exitAfterStart;

  private Elan() {}

  /** Runs until a signal asks it to stop. */
  public static void main(String[] arguments) {
    System.exit(CommandLines.of(new Elan(), CommandLines.version(Elan.class)).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    logging.apply();
    RpcConfig config = rpc.toConfig();
    StorageFlag flag =
        new StorageFlag(storage, StorageFlag.cacheHome(System.getenv()).resolve("elan"));
    Duration unwind = config.drain().plusSeconds(10);
    ExecutorService pieces = Threads.pool("bucket", parallelism);
    ScheduledExecutorService timer = Threads.timer("timer");
    try (Metrics metrics = Frontage.metrics(admin)) {
      ElanMeters meters = ElanMeters.in(metrics.registry());
      StoreConfig bounds = store.toConfig(flag, memory.toConfig());
      try (Store opened = flag.open(bounds, meters, Clock.systemUTC());
          RpcServer server =
              Frontage.open(
                  config,
                  rpc.toSecurity(),
                  metrics,
                  services(opened.cas(), pieces, timer, meters),
                  "read, replace and add to what is stored")) {
        Shutdown.onSignal(server::requestStop, unwind);
        log.info("storing in {}", flag.url());
        System.out.println("ready grpc://" + address(config) + ":" + server.port());
        if (!exitAfterStart) {
          server.awaitTermination();
        }
      }
    }
    return 0;
  }

  /** Whoever listens on all addresses can be reached on this one. */
  private static String address(RpcConfig config) {
    return config.host().isEmpty() ? "127.0.0.1" : config.host();
  }

  private static List<BindableService> services(
      Cas cas, ExecutorService pieces, ScheduledExecutorService timer, ElanMeters meters) {
    List<BindableService> services =
        new ArrayList<>(
            ElanServices.of(
                cas,
                new CachedDirectories(
                    cas.blobs(), CachedDirectories.DEFAULT_COUNT, meters.directories()),
                pieces,
                timer,
                ServiceConfig.DEFAULT,
                meters));
    services.add(
        new CapabilitiesService(
            StorageCapabilities.versions()
                .setCacheCapabilities(StorageCapabilities.cache())
                .build()));
    return services;
  }
}
