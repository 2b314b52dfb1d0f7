// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import java.time.Duration;

/**
 * How long a run takes.
 *
 * @param rounds of each workload
 * @param round the most that a contender gets of one
 * @param warm what each contender gets of a workload before its rounds
 * @param share of the calls of a round that are made at most
 * @param library blobs in each store
 * @param starts of a server, to see how long that takes
 * @param largest the most bytes of a call
 * @param quiet whether to wait for a pause of what else runs on the machine
 */
record Plan(
    String name,
    int rounds,
    Duration round,
    Duration warm,
    double share,
    int library,
    int starts,
    long largest,
    boolean quiet) {

  /** Whether everything works, in seconds. */
  static final Plan SMOKE =
      new Plan("smoke", 1, Duration.ofMillis(40), Duration.ZERO, 0.02, 1000, 1, 8 << 20, false);

  /** Under five minutes. */
  static final Plan SHORT =
      new Plan(
          "short",
          7,
          Duration.ofMillis(200),
          Duration.ofMillis(400),
          1,
          10_000,
          5,
          1L << 40,
          false);

  /** As long as it takes. */
  static final Plan FULL =
      new Plan(
          "full", 9, Duration.ofSeconds(1), Duration.ofSeconds(5), 1, 100_000, 20, 1L << 40, true);

  Plan withRounds(int other) {
    return new Plan(name, other, round, warm, share, library, starts, largest, quiet);
  }
}
