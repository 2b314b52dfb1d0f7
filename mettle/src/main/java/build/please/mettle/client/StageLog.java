// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.proto.execution.ExecuteOperationMetadata;
import build.please.proto.execution.ExecutionStage;

/** Tells each stage that an action reaches; repetitions are left out. */
final class StageLog implements ExecutionCall.Watcher {
  private final Console console;
  private String last = "";

  StageLog(Console console) {
    this.console = console;
  }

  @Override
  public void update(ExecuteOperationMetadata metadata) {
    String line = line(metadata);
    if (!line.isEmpty() && !line.equals(last)) {
      console.stage(number(metadata.getStage()), line);
      last = line;
    }
  }

  private static int number(ExecutionStage.Value stage) {
    return switch (stage) {
      case EXECUTING -> 3;
      case COMPLETED -> 4;
      default -> 2;
    };
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
