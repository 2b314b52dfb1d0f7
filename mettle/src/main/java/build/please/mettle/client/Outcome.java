// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import build.please.common.cas.Digest;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutedActionMetadata;
import com.google.protobuf.Timestamp;
import com.google.rpc.Code;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/**
 * What came of an action.
 *
 * @param roundTrip from the call to its end
 * @param latencies the round trips of all runs, where there were several
 * @param printed what was printed while it ran, and is not to be printed again
 */
record Outcome(
    Digest action,
    ExecuteResponse response,
    Duration roundTrip,
    Latencies latencies,
    LiveOutput.Printed printed) {
  Outcome with(Latencies all) {
    return new Outcome(action, response, roundTrip, all, printed);
  }

  Outcome with(LiveOutput.Printed meanwhile) {
    return new Outcome(action, response, roundTrip, latencies, meanwhile);
  }

  ActionResult result() {
    return response.getResult();
  }

  /** Whether the command ran and was content. */
  boolean isGood() {
    return response.getStatus().getCode() == Code.OK_VALUE && result().getExitCode() == 0;
  }

  /**
   * @throws IOException if the command did not run to its end; the message says why
   */
  void requireRun() throws IOException {
    com.google.rpc.Status status = response.getStatus();
    if (status.getCode() != Code.OK_VALUE) {
      Status.Code code = Status.fromCodeValue(status.getCode()).getCode();
      throw new IOException(
          code == Status.Code.DEADLINE_EXCEEDED
              ? "the command was killed after its timeout: " + status.getMessage()
              : code + ": " + status.getMessage());
    }
    if (!response.hasResult()) {
      throw new IOException("the server says that all went well, but sent no result");
    }
  }

  /** The command's, as a process can have it: what does not fit must not look like success. */
  int exitCode() {
    int code = result().getExitCode();
    return code >= 0 && code <= 255 ? code : 255;
  }

  /** How long the command ran, by the worker's clock; the round trip if it does not say. */
  Duration duration() {
    ExecutedActionMetadata metadata = result().getExecutionMetadata();
    if (!metadata.hasExecutionStartTimestamp() || !metadata.hasExecutionCompletedTimestamp()) {
      return roundTrip;
    }
    return Duration.between(
        instant(metadata.getExecutionStartTimestamp()),
        instant(metadata.getExecutionCompletedTimestamp()));
  }

  /** Of the run, which may have been long ago if the result is from the cache. */
  Times times() {
    return Times.of(result().getExecutionMetadata());
  }

  String worker() {
    String worker = result().getExecutionMetadata().getWorker();
    return worker.isEmpty() ? "a worker without a name" : worker;
  }

  private static Instant instant(Timestamp timestamp) {
    return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
  }
}
