// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What SIGTERM, SIGINT and SIGHUP do to a process whose life is the body of its main:
 *
 * <ul>
 *   <li>The first runs {@code stop}, which should make main unwind and return; the process then
 *       ends with the exit code of main, so an orderly stop ends with 0. If main takes longer than
 *       {@code limit} the process is ended with 1.
 *   <li>The second runs {@code force}, and ends the process with 128 plus the signal's number if
 *       main has not returned two seconds later; where there is nothing to force it ends it at
 *       once.
 * </ul>
 *
 * <p>The JVM's own way, shutdown hooks, would end with 143 and be deaf to a second signal (J14).
 * There is nothing to close: the handlers stay, so that the second signal and the limit are in
 * force until the process is gone. A later call replaces them.
 */
public final class Shutdown {
  private static final Logger log = LoggerFactory.getLogger(Shutdown.class);

  private static final List<String> SIGNALS = List.of("TERM", "INT", "HUP");
  private static final Duration FORCE = Duration.ofSeconds(2);

  private final Runnable stop;
  private final Runnable force;
  private final Duration limit;
  private final Duration forceLimit;
  private final AtomicInteger received = new AtomicInteger();

  private Shutdown(Runnable stop, Runnable force, Duration limit, Duration forceLimit) {
    this.stop = stop;
    this.force = force;
    this.limit = limit;
    this.forceLimit = forceLimit;
  }

  /** As {@link #onSignal(Runnable, Runnable, Duration)}, with nothing to force. */
  public static void onSignal(Runnable stop, Duration limit) {
    new Shutdown(stop, () -> {}, limit, Duration.ZERO).install();
  }

  /**
   * Takes the signals over. Where the JVM keeps them ({@code -Xrs}) a warning says so, and they end
   * the process as they always did.
   *
   * @param stop asks the outermost part to stop and returns at once
   * @param force ends what main waits for and what would outlive the process, such as running
   *     commands; returns at once
   * @param limit for unwinding main; longer than everything in it takes to drain
   */
  public static void onSignal(Runnable stop, Runnable force, Duration limit) {
    new Shutdown(stop, force, limit, FORCE).install();
  }

  private void install() {
    for (String signal : SIGNALS) {
      try {
        Signals.handle(signal, this::signalled);
      } catch (IllegalArgumentException e) {
        log.warn("SIG{} will end the process at once: {}", signal, e.getMessage());
      }
    }
  }

  private void signalled(int number) {
    switch (received.incrementAndGet()) {
      case 1 -> {
        log.info("stopping; a second signal ends the process at once");
        haltAfter(limit, 1);
        stop.run();
      }
      case 2 -> {
        log.warn("second signal; ending at once");
        haltAfter(forceLimit, 128 + number);
        force.run();
      }
      default -> {
        // It is ending already.
      }
    }
  }

  /** Ends the process, unless it ended by itself before: the thread does not keep it alive. */
  private static void haltAfter(Duration limit, int code) {
    Thread watchdog =
        new Thread(
            () -> {
              try {
                // Nobody counts it down; awaiting is a sleep on the monotonic clock.
                new CountDownLatch(1).await(limit.toNanos(), TimeUnit.NANOSECONDS);
                log.error("main has not returned after {} s; ending", limit.toSeconds());
              } catch (InterruptedException e) {
                // Nobody interrupts it; if someone does, ending early is right.
              }
              Runtime.getRuntime().halt(code);
            },
            "halt");
    watchdog.setDaemon(true);
    watchdog.start();
  }
}
