// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import build.please.bench.work.ActionCacheGet;
import build.please.bench.work.ActionCacheUpdate;
import build.please.bench.work.BatchRead;
import build.please.bench.work.BatchUpdate;
import build.please.bench.work.CachedExecute;
import build.please.bench.work.Execute;
import build.please.bench.work.ExistingWrite;
import build.please.bench.work.FindMissing;
import build.please.bench.work.Library;
import build.please.bench.work.Mixed;
import build.please.bench.work.Outline;
import build.please.bench.work.PackedRead;
import build.please.bench.work.PackedWrite;
import build.please.bench.work.StreamRead;
import build.please.bench.work.StreamWrite;
import build.please.bench.work.TreeRead;
import build.please.bench.work.Workload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** All workloads, in the order in which they are run. */
final class Catalogue {
  private static final int KIB = 1024;
  private static final int MIB = 1024 * KIB;

  private final Plan plan;
  private final Library library;
  private final Path scratch;

  /**
   * What there is.
   *
   * @param scratch where floors write, on the disk of the servers' data
   */
  Catalogue(Plan plan, Path scratch) {
    this.plan = plan;
    this.library = new Library(plan.library());
    this.scratch = scratch;
  }

  /** Workloads on a store. */
  List<Workload> storage() {
    List<Workload> all = new ArrayList<>();
    findMissing(all);
    batches(all);
    streams(all);
    all.add(ActionCacheGet.hit(library));
    all.add(ActionCacheGet.miss(library));
    all.add(new ActionCacheUpdate(library));
    all.add(new TreeRead());
    all.add(mixed("mixed", "B7", "a build's mixture of small calls", 4, 0));
    all.add(mixed("mixed/256", "B7", "the same over 256 connections", 64, 256));
    return all;
  }

  /** Workloads on what executes. */
  List<Workload> execution() {
    return List.of(
        Execute.nothing(1, 200),
        Execute.nothing(8, 200),
        Execute.nothing(64, 256),
        Execute.inputs(),
        Execute.outputs(scratch, 100),
        Execute.outputs(scratch, plan.outputs()),
        Execute.largeOutput(scratch),
        new CachedExecute());
  }

  private void findMissing(List<Workload> all) {
    for (int count : new int[] {1, 100, 1000, 10_000}) {
      if (count <= plan.library()) {
        all.add(new FindMissing(library, count, 0));
      }
    }
    for (int count : new int[] {100, 1000}) {
      all.add(new FindMissing(library, count, count));
      all.add(new FindMissing(library, count, count / 2));
    }
  }

  private void batches(List<Workload> all) {
    for (int count : new int[] {1, 100, 1000}) {
      all.add(new BatchRead(library, count));
    }
    all.add(new BatchUpdate("1", 1, "1 KiB", KIB, 3000, scratch));
    all.add(new BatchUpdate("100", 100, "1 KiB", KIB, 100, scratch));
    all.add(new BatchUpdate("1000", 1000, "1 KiB", KIB, 10, scratch));
    all.add(new BatchUpdate("32x64KiB", 32, "64 KiB", 64 * KIB, 30, scratch));
  }

  private void streams(List<Workload> all) {
    all.add(new StreamRead("1KiB", KIB, 20_000));
    all.add(new StreamRead("64KiB", 64 * KIB, 10_000));
    all.add(new StreamRead("1MiB", MIB, 1000));
    all.add(new StreamRead("64MiB", 64 * MIB, 16));
    all.add(new StreamWrite("1KiB", KIB, 2000, scratch));
    all.add(new StreamWrite("64KiB", 64 * KIB, 500, scratch));
    all.add(new StreamWrite("1MiB", MIB, 60, scratch));
    all.add(new StreamWrite("64MiB", 64 * MIB, 2, scratch));
    all.add(new PackedRead());
    all.add(new PackedWrite());
    all.add(new ExistingWrite());
  }

  private Workload mixed(String id, String benchmark, String title, int clients, int connections) {
    return new Mixed(library, Outline.writing(id, benchmark, title, clients, 5000, 0), connections);
  }
}
