// SPDX-License-Identifier: Apache-2.0
package build.please.bench.report;

import build.please.bench.load.Quantiles;
import java.util.List;
import java.util.Optional;

/** Of several floors the one that does least in a second, in each round anew. */
record SlowestFloor(List<Series> floors) {
  static final String NAME = "slowest floor";

  /** That of a row, if it has several. */
  static Optional<SlowestFloor> of(Row row) {
    List<Series> floors =
        row.series().stream()
            .filter(one -> one.kind() == Series.Kind.FLOOR && one.counts())
            .toList();
    return floors.size() > 1 ? Optional.of(new SlowestFloor(floors)) : Optional.empty();
  }

  /** What another does in a second, as a share of what this does, in each round. */
  Quantiles shares(Series other) {
    int rounds = other.rounds().size();
    for (Series floor : floors) {
      rounds = Math.min(rounds, floor.rounds().size());
    }
    double[] shares = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      double slowest = Double.MAX_VALUE;
      for (Series floor : floors) {
        slowest = Math.min(slowest, Quantity.RATE.of(floor.rounds().get(i)));
      }
      shares[i] = Quantity.RATE.of(other.rounds().get(i)) / slowest;
    }
    return Quantiles.of(shares);
  }
}
