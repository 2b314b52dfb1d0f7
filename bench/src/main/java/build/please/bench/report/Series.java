// SPDX-License-Identifier: Apache-2.0
package build.please.bench.report;

import build.please.bench.load.Quantiles;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

/**
 * All rounds of one contender at one workload.
 *
 * @param fault why there are no figures: an answer that was not right, or calls that failed
 */
public record Series(String name, Kind kind, List<Measured> rounds, Optional<String> fault) {
  /** What a contender is. */
  public enum Kind {
    OURS,
    OTHER,
    FLOOR
  }

  public Series {
    rounds = List.copyOf(rounds);
  }

  /** Whether its figures mean something. */
  public boolean counts() {
    return fault.isEmpty() && !rounds.isEmpty();
  }

  /** One value of each round. */
  public Quantiles of(ToDoubleFunction<Measured> value) {
    return Quantiles.of(rounds.stream().mapToDouble(value).toArray());
  }

  /** All latencies of all rounds, in nanoseconds. */
  public Quantiles latencies() {
    return Quantiles.of(
        rounds.stream()
            .flatMapToLong(round -> Arrays.stream(round.sample().latencies()))
            .toArray());
  }

  /** Calls that failed, in all rounds. */
  public long errors() {
    return rounds.stream().flatMapToLong(one -> LongStream.of(one.sample().errors())).sum();
  }

  /**
   * Another contender's value divided by this one's, of each round in which both were measured:
   * above 1 says that this one needs less.
   */
  public Quantiles ratio(Series other, ToDoubleFunction<Measured> value) {
    int both = Math.min(rounds.size(), other.rounds.size());
    double[] ratios = new double[both];
    for (int i = 0; i < both; i++) {
      ratios[i] = value.applyAsDouble(other.rounds.get(i)) / value.applyAsDouble(rounds.get(i));
    }
    return Quantiles.of(ratios);
  }
}
