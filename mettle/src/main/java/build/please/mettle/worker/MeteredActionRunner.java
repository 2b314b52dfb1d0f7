// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.mettle.meter.WorkerMeters;
import build.please.mettle.queue.ExecuteMessage;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.ExecutedActionMetadata;
import build.please.proto.resourceusage.POSIXResourceUsage;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.google.rpc.Code;
import com.google.rpc.PreconditionFailure;
import java.time.Duration;
import java.time.Instant;

/** Counts runs, and times their parts by what their metadata say. */
final class MeteredActionRunner implements ActionRunner {
  private final ActionRunner delegate;
  private final WorkerMeters meters;

  MeteredActionRunner(ActionRunner delegate, WorkerMeters meters) {
    this.delegate = delegate;
    this.meters = meters;
  }

  @Override
  public ExecuteResponse run(ExecuteMessage message, Progress progress, Stop stop) {
    meters.begun();
    try {
      ExecuteResponse response = delegate.run(message, progress, stop);
      if (!response.getCachedResult()) {
        count(response);
      }
      return response;
    } finally {
      meters.ended();
    }
  }

  private void count(ExecuteResponse response) {
    int code = response.getStatus().getCode();
    if (code == Code.DEADLINE_EXCEEDED_VALUE) {
      meters.timedOut();
    } else if (code == Code.FAILED_PRECONDITION_VALUE
        && response.getStatus().getDetailsList().stream()
            .anyMatch(detail -> detail.is(PreconditionFailure.class))) {
      meters.inputsMissing();
    }
    time(response.getResult().getExecutionMetadata());
  }

  /** A part that did not come to its end has no second time. */
  private void time(ExecutedActionMetadata metadata) {
    if (metadata.hasInputFetchCompletedTimestamp()) {
      meters.fetched(
          between(
              metadata.getInputFetchStartTimestamp(), metadata.getInputFetchCompletedTimestamp()));
    }
    if (metadata.hasVirtualExecutionDuration()) {
      com.google.protobuf.Duration taken = metadata.getVirtualExecutionDuration();
      meters.ran(duration(taken));
      for (Any any : metadata.getAuxiliaryMetadataList()) {
        use(any, duration(taken));
      }
    }
    if (metadata.hasOutputUploadCompletedTimestamp()) {
      meters.uploaded(
          between(
              metadata.getOutputUploadStartTimestamp(),
              metadata.getOutputUploadCompletedTimestamp()));
    }
  }

  private void use(Any any, Duration taken) {
    if (!any.is(POSIXResourceUsage.class) || taken.isZero()) {
      return;
    }
    try {
      POSIXResourceUsage usage = any.unpack(POSIXResourceUsage.class);
      meters.usedCpu(duration(usage.getUserTime()).plus(duration(usage.getSystemTime())), taken);
      if (usage.getMaximumResidentSetSize() > 0) {
        meters.usedMemory(usage.getMaximumResidentSetSize());
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("we made this ourselves", e);
    }
  }

  private static Duration between(Timestamp start, Timestamp end) {
    return Duration.between(instant(start), instant(end));
  }

  private static Instant instant(Timestamp timestamp) {
    return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
  }

  private static Duration duration(com.google.protobuf.Duration duration) {
    return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }
}
