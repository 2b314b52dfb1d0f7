// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import build.please.bench.machine.Pressure;
import build.please.bench.report.Measured;
import build.please.bench.report.Row;
import build.please.bench.report.Series;
import build.please.bench.work.Outline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Lets contenders do the same in turns, so that what disturbs the machine disturbs all. */
final class Rounds {
  private static final int FLOORS_WARM = 4;
  private static final double BUSY = 25;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Plan plan;
  private final Progress progress;
  private final Set<String> met = new HashSet<>();

  Rounds(Plan plan, Progress progress) {
    this.plan = plan;
    this.progress = progress;
  }

  /** All rounds of one workload. Who fails once is out, with the reason. */
  Row run(Outline outline, List<Contender> contenders) {
    List<Place> places = contenders.stream().map(Place::new).toList();
    for (Place one : places) {
      progress.at(outline.id(), "prepares " + one.contender.name());
      one.attempt(() -> warm(one.contender, servers(outline)));
    }
    for (int round = 0; round < plan.rounds(); round++) {
      if (plan.quiet()) {
        awaitQuiet(outline.id());
      }
      for (int i = 0; i < places.size(); i++) {
        Place one = places.get((i + round) % places.size());
        int number = round;
        progress.at(outline.id(), "round " + (round + 1) + ", " + one.contender.name());
        one.attempt(() -> one.add(one.contender.round(number, plan.round())));
      }
    }
    return new Row(outline, places.stream().map(Place::series).toList());
  }

  /** Who executes is another process than who stores. */
  private static String servers(Outline outline) {
    return outline.id().startsWith("execute/") ? "executing " : "storing ";
  }

  private void warm(Contender one, String servers) throws IOException {
    one.prepare();
    // A JVM spends more on compiling than on its first thousands of calls; see the workload
    // "start".
    boolean isFirst = one.kind() != Series.Kind.FLOOR && met.add(servers + one.name());
    Duration warm = isFirst ? plan.first() : plan.warm();
    // The empty service is warm after its first workload, and raw work soon.
    long share = one.kind() == Series.Kind.FLOOR ? FLOORS_WARM : 1;
    long end = System.nanoTime() + warm.toNanos() / share;
    for (int round = -1; round > -1000 && System.nanoTime() < end; round--) {
      check(one.round(round, Duration.ofNanos(Math.max(1, end - System.nanoTime()))));
    }
  }

  private static void check(Measured measured) throws IOException {
    int errors = measured.sample().errors();
    if (errors > 0) {
      throw new IOException(
          errors
              + " of "
              + (errors + measured.sample().operations())
              + " calls failed, the first with "
              + measured.sample().firstError().orElse("nothing said"));
    }
    if (measured.sample().operations() == 0) {
      throw new IOException("not one call was answered in a round");
    }
  }

  private void awaitQuiet(String id) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (Pressure.now().orElse(0) > BUSY && System.nanoTime() < end) {
      progress.at(id, "waits for other load to go");
      try {
        Thread.sleep(1000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  /** A contender and what is known of it. */
  private static final class Place {
    final Contender contender;
    private final List<Measured> rounds = new ArrayList<>();
    private Optional<String> fault = Optional.empty();

    Place(Contender contender) {
      this.contender = contender;
    }

    void attempt(Step step) {
      if (fault.isPresent()) {
        return;
      }
      try {
        step.run();
      } catch (IOException e) {
        fault = Optional.of(String.valueOf(e.getMessage()));
      }
    }

    void add(Measured measured) throws IOException {
      check(measured);
      rounds.add(measured);
    }

    Series series() {
      return new Series(contender.name(), contender.kind(), rounds, fault);
    }
  }
}
