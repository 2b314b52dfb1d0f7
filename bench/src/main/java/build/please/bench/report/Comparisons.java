// SPDX-License-Identifier: Apache-2.0
package build.please.bench.report;

import build.please.bench.load.Quantiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Compares ours with all others of a row. */
public final class Comparisons {
  /** Behind the name of one of ours: the same without others beside it. */
  public static final String ALONE = " alone";

  private final Optional<String> reference;

  /**
   * @param reference the name of the contender that goals are set against, if it takes part
   */
  public Comparisons(Optional<String> reference) {
    this.reference = reference;
  }

  /** All that can be said of one row; nothing of those of ours that have no figures. */
  public List<Comparison> of(Row row) {
    List<Comparison> all = new ArrayList<>();
    for (Series ours : row.ours()) {
      for (Series other : row.series()) {
        boolean ofAnother =
            other.name().endsWith(ALONE) && !other.name().equals(ours.name() + ALONE);
        if (other.kind() != Series.Kind.OURS && other.counts() && !ofAnother) {
          compare(row.outline().id(), ours, other, all);
        }
      }
      SlowestFloor.of(row).ifPresent(floor -> slowest(row.outline().id(), ours, floor, all));
    }
    return List.copyOf(all);
  }

  private static void slowest(
      String workload, Series ours, SlowestFloor floor, List<Comparison> all) {
    Quantiles shares = floor.shares(ours);
    all.add(
        new Comparison(
            ours.name(),
            workload,
            SlowestFloor.NAME,
            Quantity.RATE,
            shares.median(),
            shares.least(),
            shares.most(),
            Goals.againstFloor(workload, Quantity.RATE, SlowestFloor.NAME)));
  }

  private void compare(String workload, Series ours, Series other, List<Comparison> all) {
    for (Quantity quantity : Quantity.values()) {
      OptionalDouble goal =
          other.kind() == Series.Kind.FLOOR
              ? Goals.againstFloor(workload, quantity, other.name())
              : reference.filter(other.name()::equals).isPresent()
                  ? Goals.againstReference(workload, quantity)
                  : OptionalDouble.empty();
      Quantiles ratios = ours.ratio(other, quantity::of);
      if (Double.isFinite(ratios.median())) {
        boolean cost = quantity.isCost();
        all.add(
            new Comparison(
                ours.name(),
                workload,
                other.name(),
                quantity,
                cost ? ratios.median() : 1 / ratios.median(),
                cost ? ratios.least() : 1 / ratios.most(),
                cost ? ratios.most() : 1 / ratios.least(),
                goal));
      }
    }
  }
}
