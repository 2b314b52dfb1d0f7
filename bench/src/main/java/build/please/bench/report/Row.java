// SPDX-License-Identifier: Apache-2.0
package build.please.bench.report;

import build.please.bench.work.Outline;
import java.util.List;
import java.util.Optional;

/** One workload and how all did at it. */
public record Row(Outline outline, List<Series> series) {
  public Row {
    series = List.copyOf(series);
  }

  /** The one of this name, if its figures count. */
  public Optional<Series> counting(String name) {
    return series.stream().filter(one -> one.name().equals(name) && one.counts()).findFirst();
  }

  /** Ours whose figures count: one for each kind of store. */
  public List<Series> ours() {
    return series.stream().filter(one -> one.kind() == Series.Kind.OURS && one.counts()).toList();
  }

  /** Whether one of ours took part and has no figures. */
  public boolean lacksOurs() {
    return series.stream().anyMatch(one -> one.kind() == Series.Kind.OURS && !one.counts());
  }
}
