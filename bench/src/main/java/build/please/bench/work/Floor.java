// SPDX-License-Identifier: Apache-2.0
package build.please.bench.work;

import build.please.bench.floor.RawLoop;
import build.please.bench.load.Operation;
import java.util.List;

/** What a workload cannot go below. */
public sealed interface Floor {
  /** In words. */
  String name();

  /** Calls of the empty service. */
  record Calls(String name, List<Operation> operations) implements Floor {
    public Calls {
      operations = List.copyOf(operations);
    }
  }

  /** Work without any server, done by this process. */
  record Raw(String name, RawLoop loop) implements Floor {}
}
