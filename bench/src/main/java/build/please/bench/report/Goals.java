// SPDX-License-Identifier: Apache-2.0
package build.please.bench.report;

import java.util.Map;
import java.util.OptionalDouble;

/**
 * What ours is to reach: against the reference, which is please-servers v11.17, by a quarter more
 * than the best of its peers do; against the machine and the stack, what is left of them.
 */
final class Goals {
  /** By workload: so many times less time of the server than the reference needs. */
  private static final Map<String, Double> REFERENCE =
      Map.ofEntries(
          Map.entry("find-missing/hits/1", 2.6),
          Map.entry("find-missing/hits/100", 18.0),
          Map.entry("find-missing/hits/1000", 26.0),
          Map.entry("find-missing/hits/10000", 26.0),
          Map.entry("batch-read/1", 3.0),
          Map.entry("batch-read/100", 7.8),
          Map.entry("batch-update/1", 4.6),
          Map.entry("batch-update/100", 15.0),
          Map.entry("read/1KiB", 12.0),
          Map.entry("read/64KiB", 4.3),
          Map.entry("read/1MiB", 1.25),
          Map.entry("read/64MiB", 1.25),
          Map.entry("write/1KiB", 6.5),
          Map.entry("write/64KiB", 3.0),
          Map.entry("write/1MiB", 2.1),
          Map.entry("write/64MiB", 2.2),
          Map.entry("read-zstd/1MiB", 1.8),
          Map.entry("write-zstd/1MiB", 1.9),
          Map.entry("write-existing/1MiB", 10.0),
          Map.entry("action-cache/hit", 1.8),
          Map.entry("action-cache/miss", 2.6),
          Map.entry("action-cache/update", 3.9),
          Map.entry("get-tree/1001", 1.0),
          Map.entry("mixed", 8.3),
          Map.entry("mixed/256", 5.8),
          Map.entry("execute/true/1", 2.7),
          Map.entry("execute/true/8", 3.2),
          Map.entry("execute/true/64", 3.8),
          Map.entry("execute/inputs/1000", 24.0),
          Map.entry("execute/outputs/100", 5.0),
          Map.entry("execute/output/64MiB", 2.4),
          Map.entry("execute/cached", 3.0));

  /** By workload and floor. Costs are written as what is left of the floor: 1.5 times is 1/1.5. */
  private static final Map<String, Double> FLOORS =
      Map.ofEntries(
          Map.entry("find-missing/hits/1 CPU empty service", 1 / 1.5),
          Map.entry("action-cache/miss CPU empty service", 1 / 1.5),
          Map.entry("batch-read/1 CPU empty service", 1 / 1.5),
          Map.entry("read/1MiB RATE empty stream", 0.9),
          Map.entry("read/64MiB RATE empty stream", 0.9),
          Map.entry("read-zstd/1MiB RATE empty stream", 0.9),
          Map.entry("write/1MiB RATE slowest floor", 0.85),
          Map.entry("write/64MiB RATE slowest floor", 0.85),
          Map.entry("batch-update/100 CPU hash and append", 0.75),
          Map.entry("execute/true/1 P50 raw spawn", 0.1),
          Map.entry("execute/true/1 CPU raw spawn", 0.5),
          Map.entry("execute/staging/10000 P50 raw links", 1 / 1.5));

  private Goals() {}

  static OptionalDouble againstReference(String workload, Quantity quantity) {
    return quantity == Quantity.CPU ? of(REFERENCE.get(workload)) : OptionalDouble.empty();
  }

  static OptionalDouble againstFloor(String workload, Quantity quantity, String floor) {
    return of(FLOORS.get(workload + " " + quantity + " " + floor));
  }

  private static OptionalDouble of(@org.jspecify.annotations.Nullable Double goal) {
    return goal == null ? OptionalDouble.empty() : OptionalDouble.of(goal);
  }
}
