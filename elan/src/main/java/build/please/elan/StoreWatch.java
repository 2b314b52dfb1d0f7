// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.common.rpc.RpcServer;
import build.please.common.rpc.Threads;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the store of a server every other second, until closed. While it is gone or cannot be
 * written, health says NOT_SERVING; calls are taken all the same, and get UNAVAILABLE.
 */
public final class StoreWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StoreWatch.class);
  private static final Duration EVERY = Duration.ofSeconds(2);
  private static final Duration END = Duration.ofSeconds(5);

  private final Store store;
  private final RpcServer server;
  private final ScheduledExecutorService timer = Threads.timer("store-watch");
  private boolean there = true;

  /** Looks when told to only. */
  StoreWatch(Store store, RpcServer server) {
    this.store = store;
    this.server = server;
  }

  /** Looks for the first time two seconds from now, since a store that was just opened is there. */
  @SuppressWarnings("FutureReturnValueIgnored") // It ends with the executor.
  public static StoreWatch start(Store store, RpcServer server) {
    StoreWatch watch = new StoreWatch(store, server);
    watch.timer.scheduleWithFixedDelay(
        watch::look, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
    return watch;
  }

  synchronized void look() {
    try {
      store.probe();
      if (!there) {
        there = true;
        log.warn("the store is back");
        server.serving();
      }
    } catch (IOException | RuntimeException e) {
      if (there) {
        there = false;
        log.error("the store cannot be used; health is NOT_SERVING until it can", e);
        server.notServing();
      }
    }
  }

  @Override
  public void close() {
    Threads.close(timer, END);
  }
}
