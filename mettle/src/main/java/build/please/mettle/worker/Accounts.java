// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.mettle.meter.WorkerMeters;
import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.Lease;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutedActionMetadata;
import build.please.traces.Task;
import build.please.traces.Traces;
import com.google.protobuf.Timestamp;
import com.google.rpc.Code;
import java.time.Instant;

/** What is told of a worker's runs. */
record Accounts(WorkerMeters meters, Traces traces) {
  /** Begins what is told of a run, with the time in the queue; the sender's trace goes on. */
  Task begin(Lease lease, ExecuteMessage message) {
    Task task = traces.begin("action", lease.message().added(), message.queuedAt());
    task.note("mettle.operation", message.operation());
    return task;
  }

  /**
   * How it ended. The parts are told afterwards, from the times that clients get to see: measured
   * once, both say the same.
   */
  static void ended(Task task, ExecuteResponse response) {
    int code = response.getStatus().getCode();
    if (code == Code.OK_VALUE) {
      task.note("mettle.exit_code", Integer.toString(response.getResult().getExitCode()));
    } else {
      task.fail(Code.forNumber(code) + " " + response.getStatus().getMessage());
    }
    if (response.getCachedResult()) {
      task.note("mettle.cached", "true");
      return; // The times are those of another run.
    }
    ExecutedActionMetadata times = response.getResult().getExecutionMetadata();
    task.note("mettle.worker", times.getWorker());
    step(task, "queue", times.getQueuedTimestamp(), times.getWorkerStartTimestamp());
    step(
        task,
        "fetch",
        times.getInputFetchStartTimestamp(),
        times.getInputFetchCompletedTimestamp());
    step(task, "run", times.getExecutionStartTimestamp(), times.getExecutionCompletedTimestamp());
    step(
        task,
        "upload",
        times.getOutputUploadStartTimestamp(),
        times.getOutputUploadCompletedTimestamp());
  }

  /** A part that was not reached, or not left, has no time. */
  private static void step(Task task, String name, Timestamp from, Timestamp to) {
    if (from.getSeconds() != 0 && to.getSeconds() != 0) {
      task.step(name, instant(from), instant(to));
    }
  }

  private static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }
}
