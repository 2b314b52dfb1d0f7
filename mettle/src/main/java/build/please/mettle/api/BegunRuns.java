// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.proto.execution.ExecutionStage;
import java.util.ArrayList;
import java.util.List;

/** The workers that began an action and did not say how they ended. Guarded by its execution. */
final class BegunRuns {
  /** Most executions have one, or none, and many are remembered. */
  private List<Run> runs = List.of();

  void clear() {
    runs = List.of();
  }

  /** A worker that hands its run back says that it is queued again. */
  void note(ExecutionStage.Value stage, Run run) {
    boolean began = stage == ExecutionStage.Value.EXECUTING;
    if (began == runs.contains(run) || !(began || stage == ExecutionStage.Value.QUEUED)) {
      return; // Known, or it says nothing about who runs it.
    }
    List<Run> changed = new ArrayList<>(runs);
    if (began) {
      changed.add(run);
    } else {
      changed.remove(run);
    }
    runs = List.copyOf(changed);
  }

  List<String> workers() {
    return runs.stream().map(Run::worker).toList();
  }
}
