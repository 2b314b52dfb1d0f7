// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.common.cli.Count;
import build.please.common.cli.GoDuration;
import build.please.common.cli.LoggingOptions;
import build.please.common.cli.UsageException;
import build.please.common.rpc.Shutdown;
import build.please.common.rpc.Threads;
import build.please.elan.bucket.StoreInUseException;
import build.please.elan.meter.ElanMeters;
import build.please.elan.store.Census;
import build.please.elan.store.Collector.Plan;
import build.please.elan.store.StoreConfig;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code elan gc}: takes out of a store what no young action result names. */
@Command(
    name = "gc",
    description = {
      "Take out of a store what builds do not use any more.",
      "",
      "Action results that nobody used for --min_age go, and so do blobs that nobody used for as "
          + "long and that no other result names. What is used meanwhile, or promised to a client "
          + "(--ac_promise), stays, whatever was found before. Begin with --dry_run.",
      "",
      "A directory that a server keeps is collected by that server, which is found by itself if it "
          + "runs on this machine; --server names another.",
      "",
      "Exit code: 0 if all went well; 1 with one line if not, or for a wrong flag.",
      ""
    })
final class GcCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(GcCommand.class);
  private static final Duration UNWIND = Duration.ofSeconds(30);
  private static final Duration DEFAULT_MIN_AGE = Duration.ofDays(30);

  private final LoggingOptions logging;
  private final PrintStream out;

  @Option(
      names = {"-s", "--storage", "--storage_url"},
      defaultValue = "${env:STORAGE_URL}",
      paramLabel = "URL",
      description = "The store, as for the server (env STORAGE_URL).")
  private String storage = "";

  @Option(
      names = "--min_age",
      paramLabel = "DURATION",
      converter = GoDuration.class,
      description =
          "Time since the last use of whatever goes; not less than --ac_promise (default: 720h, "
              + "that is 30 days).")
  private Duration minAge = DEFAULT_MIN_AGE;

  @Option(
      names = "--ac_promise",
      paramLabel = "DURATION",
      converter = GoDuration.class,
      description = "What the servers of this store have (default: 6h).")
  private Duration promise = StoreConfig.DEFAULT_PROMISE;

  @Option(names = "--dry_run", description = "Only say what would go.")
  private boolean dryRun;

  @Option(
      names = "--every",
      paramLabel = "DURATION",
      converter = GoDuration.class,
      description = "Collect again and again, with as much time in between (default: once).")
  private @Nullable Duration every;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      converter = Count.class,
      description = "Results that are read at once (default: 50).")
  private int parallelism = 50;

  @Mixin private final GcServerOptions server = new GcServerOptions();

  GcCommand(LoggingOptions logging, PrintStream out) {
    this.logging = logging;
    this.out = out;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    logging.apply();
    if (minAge.compareTo(promise) < 0) {
      throw new UsageException(
          "--min_age must not be less than --ac_promise (" + promise.toSeconds() + " s)");
    }
    CountDownLatch stop = new CountDownLatch(1);
    Shutdown.onSignal(stop::countDown, UNWIND);
    do {
      try {
        out.print(CensusTable.of(collect(), dryRun));
        out.flush();
      } catch (IOException | UsageException e) {
        if (every == null) {
          throw e;
        }
        log.warn("this collection failed: {}", e.toString());
      }
    } while (every != null && !stop.await(every.toMillis(), TimeUnit.MILLISECONDS));
    return 0;
  }

  private Census collect() throws IOException, InterruptedException {
    Plan plan = new Plan(minAge, dryRun);
    if (server.target().isPresent()) {
      return RemoteCollection.run(server.target().get(), server, plan, log::info);
    }
    StorageFlag flag =
        new StorageFlag(
            storage, StorageFlag.cacheHome(System.getenv()).resolve("elan"), System.getenv());
    if (storage.isEmpty() || !flag.isBucket()) {
      throw new UsageException("--storage is required, a URL as for the server, or --server");
    } else if (flag.isInMemory()) {
      throw new UsageException("--storage " + storage + ": only its own server can; see --server");
    }
    try (Store store = flag.open(config(flag), ElanMeters.unseen(), Clock.systemUTC())) {
      Optional<String> owner = store.ownerElsewhere();
      return owner.isPresent() ? ask(owner.get(), plan) : here(store, plan);
    } catch (UsageException e) {
      if (e.getCause() instanceof StoreInUseException elsewhere) {
        return ask(elsewhere.address(), plan);
      }
      throw e;
    }
  }

  private Census ask(String owner, Plan plan) throws IOException, InterruptedException {
    if (owner.isEmpty()) {
      throw new UsageException(
          "--storage " + storage + " is kept by another process, to be named by --server");
    }
    log.info("asking {}, which owns the store", owner);
    return RemoteCollection.run(owner, server, plan, log::info);
  }

  private Census here(Store store, Plan plan) throws IOException, InterruptedException {
    store.awaitIndex();
    ExecutorService pieces = Threads.pool("bucket", parallelism);
    try {
      return store.collector(pieces).collect(plan, log::info);
    } finally {
      Threads.close(pieces, UNWIND);
    }
  }

  private StoreConfig config(StorageFlag flag) {
    // Where uses leave a trace only now and then, the promise says how seldom.
    return new StoreOptions().toConfig(flag, StoreConfig.MemoryTier.NONE).withPromise(promise);
  }
}
