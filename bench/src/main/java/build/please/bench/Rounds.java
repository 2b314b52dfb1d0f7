// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import build.please.bench.report.Measured;
import build.please.bench.report.Row;
import build.please.bench.report.Series;
import build.please.bench.work.Outline;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Lets contenders do the same in turns, so that what disturbs the machine disturbs all. */
final class Rounds {
  private final Plan plan;
  private final Progress progress;
  private final WarmUp warmUp;
  private final Quiet quiet;

  Rounds(Plan plan, Progress progress) {
    this.plan = plan;
    this.progress = progress;
    this.warmUp = new WarmUp(plan.warming());
    this.quiet = new Quiet(plan.patience());
  }

  /** All rounds of one workload. Who fails once is out, with the reason. */
  Row run(Outline outline, List<Contender> contenders) {
    List<Place> places = contenders.stream().map(Place::new).toList();
    quiet.await(() -> progress.at(outline.id(), "waits for other load to go"));
    for (Place one : places) {
      progress.at(outline.id(), "prepares " + one.contender.name());
      one.attempt(one.contender::prepare);
    }
    for (Place one : places) {
      progress.at(outline.id(), "warms " + one.contender.name());
      one.attempt(() -> warmUp.run(outline, one.contender));
    }
    for (int round = 0; round < plan.rounds(); round++) {
      for (int i = 0; i < places.size(); i++) {
        Place one = places.get((i + round) % places.size());
        int number = round;
        progress.at(outline.id(), "round " + (round + 1) + ", " + one.contender.name());
        one.attempt(() -> one.add(one.contender.round(number, plan.round())));
      }
    }
    return new Row(outline, places.stream().map(Place::series).toList());
  }

  /**
   * Looks whether a round gives a figure.
   *
   * @throws IOException if not
   */
  static void check(Measured measured) throws IOException {
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
