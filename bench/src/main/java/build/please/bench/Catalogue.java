// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import build.please.bench.work.FindMissing;
import build.please.bench.work.Library;
import build.please.bench.work.Workload;
import java.util.ArrayList;
import java.util.List;

/** All workloads on a store, in the order in which they are run. */
final class Catalogue {
  private Catalogue() {}

  static List<Workload> storage(Library library, Plan plan) {
    List<Workload> all = new ArrayList<>();
    for (int count : new int[] {1, 100, 1000, 10_000}) {
      if (count <= plan.library()) {
        all.add(new FindMissing(library, count, 0));
      }
    }
    for (int count : new int[] {100, 1000}) {
      all.add(new FindMissing(library, count, count));
      all.add(new FindMissing(library, count, count / 2));
    }
    return all;
  }
}
