// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.common.cli.Count;
import build.please.common.cli.LoggingOptions;
import build.please.common.cli.UsageException;
import build.please.common.rpc.Threads;
import build.please.elan.meter.ElanMeters;
import build.please.elan.store.StoreConfig;
import build.please.elan.store.StoreCopy;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** Copies a store to another; which is which the subcommands say. */
abstract class CopyCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(CopyCommand.class);
  private static final Duration UNWIND = Duration.ofSeconds(30);

  private final LoggingOptions logging;
  private final PrintStream out;

  @Option(
      names = {"-s", "--storage", "--storage_url"},
      defaultValue = "${env:STORAGE_URL}",
      paramLabel = "URL",
      description = "This store, as for the server (env STORAGE_URL).")
  private String storage = "";

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      converter = Count.class,
      description = "Objects that are copied at once (default: 50).")
  private int parallelism = 50;

  CopyCommand(LoggingOptions logging, PrintStream out) {
    this.logging = logging;
    this.out = out;
  }

  /** Says from where to where. */
  abstract StoreCopy.Counts copy(String thisStore) throws IOException;

  @Override
  public final Integer call() throws IOException {
    logging.apply();
    StoreCopy.Counts counts = copy(storage);
    out.printf(
        "copied %d objects, %d bytes; %d were there before; %d are wrong and were left out%n",
        counts.copied(), counts.bytes(), counts.present(), counts.wrong());
    return 0;
  }

  final StoreCopy.Counts copy(String fromFlag, String from, String toFlag, String to)
      throws IOException {
    ExecutorService pieces = Threads.pool("copy", parallelism);
    try (Store source = open(fromFlag, from);
        Store target = open(toFlag, to)) {
      return target.copyFrom(source, pieces, log::info);
    } finally {
      Threads.close(pieces, UNWIND);
    }
  }

  private static Store open(String name, String url) throws IOException {
    StorageFlag flag =
        new StorageFlag(
            url, StorageFlag.cacheHome(System.getenv()).resolve("elan"), System.getenv());
    if (url.isEmpty() || !flag.isBucket() || flag.isInMemory()) {
      throw new UsageException(
          name + " is required: gs://bucket, file:///dir or disk:///dir, not '" + url + "'");
    }
    StoreConfig config = new StoreOptions().toConfig(flag, StoreConfig.MemoryTier.NONE);
    Store store = flag.open(config, ElanMeters.unseen(), Clock.systemUTC());
    if (store.ownerElsewhere().isPresent()) {
      store.close();
      throw new UsageException(
          name + " " + url + ": another process has this store open; stop it first");
    }
    return store;
  }
}
