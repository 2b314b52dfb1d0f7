// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import build.please.bench.report.Measured;
import build.please.bench.server.Endpoint;
import build.please.bench.work.Outline;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Lets contenders do a workload before it is measured: a JVM spends more on compiling than on its
 * first thousands of calls (see the workload "start").
 */
final class WarmUp {
  private static final Duration SLICE = Duration.ofMillis(250);

  /** Rounds that have to be made anew each time take longer to make than to run. */
  private static final int MOST_ROUNDS = 1000;

  private final Warming warming;
  private final Set<String> met = new HashSet<>();

  WarmUp(Warming warming) {
    this.warming = warming;
  }

  /**
   * Blocks until the contender is as warm as was asked for.
   *
   * @throws IOException if a call fails
   */
  void run(Outline outline, Contender one) throws IOException {
    Attempt attempt = new Attempt(one);
    if (isFirst(outline, one)) {
      attempt.run(warming.server(), warming.server(), warming.calls());
    }
    attempt.run(warming.least(), warming.most(), Integer.MAX_VALUE);
  }

  /** Who executes may be another process than who stores, and does other things in any case. */
  private boolean isFirst(Outline outline, Contender one) {
    String kind = outline.id().startsWith("execute/") ? "executing " : "storing ";
    Optional<Endpoint> server = one.server();
    return server.isPresent() && met.add(kind + server.get());
  }

  private static final class Attempt {
    private final Contender one;
    private int round;

    Attempt(Contender one) {
      this.one = one;
    }

    void run(Duration least, Duration most, int calls) throws IOException {
      long start = System.nanoTime();
      long done = 0;
      Steadiness steadiness = new Steadiness();
      for (long spent = 0; spent < most.toNanos(); spent = System.nanoTime() - start) {
        boolean enough = spent >= least.toNanos() && steadiness.isReached();
        if (enough || done >= calls || round <= -MOST_ROUNDS) {
          return;
        }
        long slice = Math.min(SLICE.toNanos(), most.toNanos() - spent);
        Measured measured = one.round(--round, Duration.ofNanos(slice));
        Rounds.check(measured);
        done += measured.sample().operations();
        steadiness.add(cost(measured));
      }
    }

    /** Time of the server, or of everybody where that is not known. */
    private static double cost(Measured measured) {
      double server = measured.serverPerOperation();
      return server > 0 ? server : 1 / measured.sample().perSecond();
    }
  }
}
