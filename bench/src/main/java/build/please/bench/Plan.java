// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import java.time.Duration;
import java.util.List;

/**
 * How long a run takes.
 *
 * @param rounds of each workload
 * @param round the most that a contender gets of one
 * @param warming what they do before
 * @param share of the calls of a round that are made at most
 * @param library blobs in each store
 * @param grown stores that show what their size adds
 * @param kept operations that show what keeping them costs
 * @param starts of a server, to see how long that takes
 * @param outputs of the largest action
 * @param largest the most bytes of a call
 * @param patience how long to wait, in all, for what else runs on the machine
 */
record Plan(
    String name,
    int rounds,
    Duration round,
    Warming warming,
    double share,
    int library,
    List<Grown> grown,
    Kept kept,
    int starts,
    int outputs,
    long largest,
    Duration patience) {
  private static final String FILE = "file";
  private static final String DISK = "disk";
  private static final long ANY = 1L << 40;
  private static final Kept HUNDRED_THOUSAND = new Kept(100_000, Duration.ofSeconds(60));
  private static final Warming WARMED =
      new Warming(Duration.ofSeconds(60), 300_000, Duration.ofSeconds(1), Duration.ofSeconds(4));

  /** A store of so many blobs. */
  record Grown(String scheme, int blobs) {}

  /**
   * So many operations: half of them ended, half of them waiting.
   *
   * @param inQueue how long these may wait; longer than it takes to queue them
   */
  record Kept(int operations, Duration inQueue) {}

  /** Whether everything works, in seconds. */
  static final Plan SMOKE =
      new Plan(
          "smoke",
          1,
          Duration.ofMillis(40),
          Warming.fixed(Duration.ZERO, Duration.ZERO),
          0.02,
          1000,
          List.of(new Grown(FILE, 2000)),
          new Kept(2000, Duration.ofSeconds(10)),
          1,
          200,
          8 << 20,
          Duration.ZERO);

  /** Under five minutes on a machine where nothing else runs. */
  static final Plan SHORT =
      new Plan(
          "short",
          7,
          Duration.ofMillis(100),
          Warming.fixed(Duration.ofSeconds(4), Duration.ofMillis(200)),
          1,
          10_000,
          List.of(new Grown(DISK, 100_000)),
          new Kept(4000, Duration.ofSeconds(10)),
          5,
          1000,
          ANY,
          Duration.ZERO);

  /** The same work as in the short form, by servers that have nothing left to compile. */
  static final Plan WARM =
      new Plan(
          "warm",
          7,
          Duration.ofMillis(300),
          WARMED,
          1,
          10_000,
          List.of(new Grown(DISK, 100_000), new Grown(DISK, 1_000_000)),
          HUNDRED_THOUSAND,
          5,
          1000,
          ANY,
          Duration.ofMinutes(2));

  /** As long as it takes. */
  static final Plan FULL =
      new Plan(
          "full",
          9,
          Duration.ofSeconds(1),
          WARMED,
          1,
          100_000,
          List.of(new Grown(FILE, 100_000), new Grown(DISK, 100_000), new Grown(DISK, 1_000_000)),
          HUNDRED_THOUSAND,
          20,
          10_000,
          ANY,
          Duration.ofMinutes(5));

  Plan withRounds(int other) {
    return new Plan(
        name, other, round, warming, share, library, grown, kept, starts, outputs, largest,
        patience);
  }
}
