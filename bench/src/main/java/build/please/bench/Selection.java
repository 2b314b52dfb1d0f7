// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import build.please.bench.work.Outline;
import build.please.bench.work.SlowReaders;
import build.please.bench.work.Staging;
import build.please.bench.work.Transfers;
import build.please.bench.work.Workload;
import build.please.common.cli.UsageException;
import java.util.List;

/** What of everything is to be run. */
record Selection(
    List<Workload> storage,
    List<Workload> execution,
    boolean start,
    boolean growth,
    boolean kept,
    boolean slow,
    List<Integer> arriving,
    boolean staging,
    boolean identical) {

  /** In percent of what the slowest can do. */
  private static final List<Integer> SHARES = List.of(50, 80);

  /**
   * What the user asked for, and the plan has room for.
   *
   * @throws UsageException if that is nothing
   */
  static Selection of(Catalogue catalogue, RunConfig config, Plan plan) {
    Selection selection =
        new Selection(
            wanted(catalogue.storage(), config, plan),
            wanted(catalogue.execution(), config, plan),
            config.wants("start", "B10"),
            config.wants("growth", "B16"),
            config.wants("kept", "B15"),
            wants(config, new SlowReaders().outline()),
            SHARES.stream().filter(share -> wants(config, new Transfers(share).outline())).toList(),
            wants(config, Staging.outline()),
            config.wants("identical", "B14"));
    if (selection.size() == 0) {
      throw new UsageException(
          "--only=" + String.join(",", config.only()) + " names nothing that there is");
    }
    return selection;
  }

  private static List<Workload> wanted(List<Workload> all, RunConfig config, Plan plan) {
    return all.stream()
        .filter(one -> wants(config, one.outline()) && one.outline().bytes() <= plan.largest())
        .toList();
  }

  private static boolean wants(RunConfig config, Outline outline) {
    return config.wants(outline.id(), outline.benchmark());
  }

  int size() {
    return storage.size()
        + execution.size()
        + arriving.size()
        + (start ? 1 : 0)
        + (growth ? 1 : 0)
        + (kept ? 1 : 0)
        + (slow ? 1 : 0)
        + (staging ? 1 : 0)
        + (identical ? 1 : 0);
  }
}
