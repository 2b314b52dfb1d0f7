// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.proto.execution.ExecuteOperationMetadata;
import java.io.PrintStream;

/** Prints a line for each stage that an action reaches; repetitions are left out. */
final class StageLog implements ExecutionCall.Watcher {
  private final PrintStream err;
  private String last = "";

  StageLog(PrintStream err) {
    this.err = err;
  }

  @Override
  public void update(ExecuteOperationMetadata metadata) {
    String line = line(metadata);
    if (!line.isEmpty() && !line.equals(last)) {
      err.println("mettle: " + line);
      last = line;
    }
  }

  private static String line(ExecuteOperationMetadata metadata) {
    String worker = metadata.getPartialExecutionMetadata().getWorker();
    return switch (metadata.getStage()) {
      case CACHE_CHECK -> "looking into the cache";
      case QUEUED -> "queued";
      case EXECUTING -> worker.isEmpty() ? "executing" : "executing on " + worker;
      case COMPLETED -> "completed";
      default -> "";
    };
  }
}
