// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.proto.execution.ExecutionStage;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The workers that began an action and did not say how they ended. Guarded by its execution. */
final class BegunRuns {
  /** Few executions have any, so that most share an empty one. */
  private Set<Run> runs = Set.of();

  void clear() {
    runs = Set.of();
  }

  /** A worker that hands its run back says that it is queued again. */
  void note(ExecutionStage.Value stage, Run run) {
    if (runs.isEmpty()) {
      runs = new LinkedHashSet<>();
    }
    switch (stage) {
      case EXECUTING -> runs.add(run);
      case QUEUED -> runs.remove(run);
      default -> {
        // Says nothing about who runs it.
      }
    }
  }

  List<String> workers() {
    return runs.stream().map(Run::worker).toList();
  }
}
