// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import java.time.Duration;
import java.util.List;

/**
 * How long a run takes.
 *
 * @param rounds of each workload
 * @param round the most that a contender gets of one
 * @param first what each server gets of its first workload before the rounds of that
 * @param warm what each contender gets of any other before its rounds
 * @param share of the calls of a round that are made at most
 * @param library blobs in each store
 * @param grown stores that show what their size adds
 * @param starts of a server, to see how long that takes
 * @param outputs of the largest action
 * @param largest the most bytes of a call
 * @param quiet whether to wait for a pause of what else runs on the machine
 */
record Plan(
    String name,
    int rounds,
    Duration round,
    Duration first,
    Duration warm,
    double share,
    int library,
    List<Grown> grown,
    int starts,
    int outputs,
    long largest,
    boolean quiet) {
  private static final String FILE = "file";
  private static final String DISK = "disk";
  private static final long ANY = 1L << 40;

  /** A store of so many blobs. */
  record Grown(String scheme, int blobs) {}

  /** Whether everything works, in seconds. */
  static final Plan SMOKE =
      new Plan(
          "smoke",
          1,
          Duration.ofMillis(40),
          Duration.ZERO,
          Duration.ZERO,
          0.02,
          1000,
          List.of(new Grown(FILE, 2000)),
          1,
          200,
          8 << 20,
          false);

  /** Under five minutes on a machine where nothing else runs. */
  static final Plan SHORT =
      new Plan(
          "short",
          7,
          Duration.ofMillis(100),
          Duration.ofSeconds(8),
          Duration.ofMillis(200),
          1,
          10_000,
          List.of(new Grown(DISK, 100_000)),
          5,
          1000,
          ANY,
          false);

  /** As long as it takes. */
  static final Plan FULL =
      new Plan(
          "full",
          9,
          Duration.ofSeconds(1),
          Duration.ofSeconds(60),
          Duration.ofSeconds(5),
          1,
          100_000,
          List.of(new Grown(FILE, 100_000), new Grown(DISK, 100_000), new Grown(DISK, 1_000_000)),
          20,
          10_000,
          ANY,
          true);

  Plan withRounds(int other) {
    return new Plan(
        name, other, round, first, warm, share, library, grown, starts, outputs, largest, quiet);
  }
}
