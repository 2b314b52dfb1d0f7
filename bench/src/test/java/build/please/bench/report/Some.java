// SPDX-License-Identifier: Apache-2.0
package build.please.bench.report;

import build.please.bench.load.Sample;
import build.please.bench.machine.Machine;
import build.please.bench.machine.ProcessUsage;
import build.please.bench.work.Outline;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Reports to test with. */
final class Some {
  private Some() {}

  /** Ten calls in each round, of so many microseconds of the server. */
  static Series series(String name, Series.Kind kind, int... micros) {
    List<Measured> rounds = new ArrayList<>();
    for (int each : micros) {
      long[] latencies = {1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10_000};
      rounds.add(
          new Measured(
              new Sample(1_000_000, latencies, 0, Optional.empty()),
              Optional.of(new ProcessUsage(each * 10_000L, 0)),
              10_000,
              OptionalLong.of(1000)));
    }
    return new Series(name, kind, rounds, Optional.empty());
  }

  static Row row(String id, Series... series) {
    return new Row(Outline.reading(id, "B1a", "A title", 4, 10, 0), List.of(series));
  }

  static Report report(Row row, List<Comparison> comparisons) {
    Machine machine = new Machine("a processor", 2, 1024, "Linux 6", "a VM", "ext4", "0.1");
    Settings settings =
        new Settings(
            "short",
            "bin/bench",
            "now",
            3,
            250,
            "a little warming up",
            100,
            Map.of("ours", "little"),
            List.of("a note"));
    return new Report(
        machine,
        settings,
        List.of(row),
        comparisons,
        List.of(Fact.of("start", "Start", 5e8, Fact.Unit.TIME)));
  }
}
