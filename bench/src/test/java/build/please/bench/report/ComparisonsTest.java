// SPDX-License-Identifier: Apache-2.0
package build.please.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.bench.load.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class ComparisonsTest {
  private static final String ID = "find-missing/hits/1";
  private static final Series OURS = Some.series("ours", Series.Kind.OURS, 10, 20, 40);

  @Test
  void of_roundsThatDiffer_isTheMedianOfTheirRatiosNotTheRatioOfMedians() {
    // Of the rounds: 10, 2 and 1. The ratio of the medians were 2 as well as 40/20.
    Series other = Some.series("other", Series.Kind.OTHER, 100, 30, 40);
    Comparison cpu = cpu(Optional.empty(), OURS, other);
    assertEquals(1.5, cpu.median(), 1e-9);
    assertEquals(1, cpu.least(), 1e-9);
    assertEquals(10, cpu.most(), 1e-9);
    assertTrue(cpu.goal().isEmpty());
  }

  @Test
  void of_theReference_setsTheGoal() {
    Comparison met =
        cpu(Optional.of("go"), OURS, Some.series("go", Series.Kind.OTHER, 30, 60, 120));
    assertEquals(2.6, met.goal().orElseThrow(), 1e-9);
    assertEquals("met", met.verdict());
    Comparison missed =
        cpu(Optional.of("go"), OURS, Some.series("go", Series.Kind.OTHER, 13, 26, 52));
    assertTrue(missed.isMissed());
    assertEquals("missed by 50 %", missed.verdict());
  }

  @Test
  void of_aFloor_isMetUpToOneAndAHalf() {
    Series floor = Some.series("empty service", Series.Kind.FLOOR, 7, 14, 28);
    assertEquals("met", cpu(Optional.empty(), OURS, floor).verdict());
    Series lower = Some.series("empty service", Series.Kind.FLOOR, 6, 12, 24);
    assertTrue(cpu(Optional.empty(), OURS, lower).isMissed());
  }

  @Test
  void of_figuresWithAFault_comparesNothing() {
    Series broken =
        new Series("other", Series.Kind.OTHER, OURS.rounds(), Optional.of("a wrong answer"));
    assertFalse(broken.counts());
    assertEquals(List.of(), new Comparisons(Optional.empty()).of(Some.row(ID, OURS, broken)));
  }

  @Test
  void of_severalFloors_comparesWithTheSlowestOfEachRound() {
    Series slow = lasting("a", 2_000_000, 1_000_000, 4_000_000);
    Series quick = lasting("b", 1_000_000, 8_000_000, 1_000_000);
    List<Comparison> all = new Comparisons(Optional.empty()).of(Some.row("w", OURS, slow, quick));
    Comparison slowest = all.get(all.size() - 1);
    assertEquals("slowest floor", slowest.against());
    // Ours takes a millisecond for a round: of the slowest 2, 8 and 4 that is so many times.
    assertEquals(4, slowest.median(), 1e-9);
    assertEquals(2, slowest.least(), 1e-9);
    assertEquals(8, slowest.most(), 1e-9);
  }

  private static Series lasting(String name, long... nanos) {
    List<Measured> rounds = new ArrayList<>();
    for (long each : nanos) {
      rounds.add(
          new Measured(
              new Sample(each, new long[10], 0, Optional.empty()),
              Optional.empty(),
              0,
              OptionalLong.empty()));
    }
    return new Series(name, Series.Kind.FLOOR, rounds, Optional.empty());
  }

  private static Comparison cpu(Optional<String> reference, Series... series) {
    return new Comparisons(reference)
        .of(Some.row(ID, series)).stream()
            .filter(one -> one.quantity() == Quantity.CPU)
            .findFirst()
            .orElseThrow();
  }
}
