// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.proto.control.Progress;
import build.please.proto.execution.ExecuteOperationMetadata;
import build.please.proto.execution.ExecutionStage;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;

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

  private static Progress progress(ExecuteOperationMetadata metadata) {
    for (Any any : metadata.getPartialExecutionMetadata().getAuxiliaryMetadataList()) {
      try {
        if (any.is(Progress.class)) {
          return any.unpack(Progress.class);
        }
      } catch (InvalidProtocolBufferException foreign) {
        return Progress.getDefaultInstance();
      }
    }
    return Progress.getDefaultInstance();
  }

  private static String place(Progress progress) {
    return progress.getPlace() == 0
        ? ""
        : " for %d s, at about place %d of %d%s"
            .formatted(
                progress.getAge().getSeconds(),
                progress.getPlace(),
                progress.getWaiting(),
                progress.getPool().isEmpty() ? "" : " for pool " + progress.getPool());
  }

  private static String running(Progress progress) {
    return progress.hasRunning() ? " for " + progress.getRunning().getSeconds() + " s" : "";
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
      case QUEUED -> "queued" + place(progress(metadata));
      case EXECUTING ->
          (worker.isEmpty() ? "executing" : "executing on " + worker) + running(progress(metadata));
      case COMPLETED -> "completed";
      default -> "";
    };
  }
}
