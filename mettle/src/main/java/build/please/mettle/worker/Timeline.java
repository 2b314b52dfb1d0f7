// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.proto.execution.ExecutedActionMetadata;
import build.please.proto.resourceusage.POSIXResourceUsage;
import com.google.protobuf.Any;
import com.google.protobuf.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * When one action reached which step, and what it used. Times never decrease, even if the clock is
 * set back between two steps (MET-02). Steps that were not reached stay unset. For one thread.
 */
final class Timeline {
  private final Clock clock;
  private final Costs costs;
  private final Instant start;
  private final ExecutedActionMetadata.Builder metadata;
  private Instant last;

  /**
   * Begins with the worker's start.
   *
   * @param queuedAt by the API server's clock; the epoch if unknown
   */
  Timeline(Clock clock, String worker, Costs costs, Instant queuedAt) {
    this.clock = clock;
    this.costs = costs;
    start = clock.instant();
    last = start;
    // Another machine's clock may be ahead of ours; a missing time would read as 1970.
    boolean useless = queuedAt.equals(Instant.EPOCH) || queuedAt.isAfter(last);
    metadata =
        ExecutedActionMetadata.newBuilder()
            .setWorker(worker)
            .setQueuedTimestamp(timestamp(useless ? last : queuedAt))
            .setWorkerStartTimestamp(timestamp(last));
  }

  void fetchStarted() {
    metadata.setInputFetchStartTimestamp(now());
  }

  void fetchCompleted() {
    metadata.setInputFetchCompletedTimestamp(now());
  }

  void executionStarted() {
    metadata.setExecutionStartTimestamp(now());
  }

  /**
   * @param taken by the clock that enforces the timeout (MET-04)
   */
  void executionCompleted(Duration taken) {
    metadata
        .setExecutionCompletedTimestamp(now())
        .setVirtualExecutionDuration(
            com.google.protobuf.Duration.newBuilder()
                .setSeconds(taken.getSeconds())
                .setNanos(taken.getNano()));
  }

  void uploadStarted() {
    metadata.setOutputUploadStartTimestamp(now());
  }

  void uploadCompleted() {
    metadata.setOutputUploadCompletedTimestamp(now());
  }

  ExecutedActionMetadata soFar() {
    return metadata.build();
  }

  /** What the kernel counted for the command (MET-05). */
  void used(POSIXResourceUsage usage) {
    if (!usage.equals(POSIXResourceUsage.getDefaultInstance())) {
      metadata.addAuxiliaryMetadata(Any.pack(usage));
    }
  }

  /** The whole of it, ending now, with what the time from the worker's start on costs. */
  ExecutedActionMetadata completed() {
    metadata.setWorkerCompletedTimestamp(now());
    if (!costs.isEmpty()) {
      metadata.addAuxiliaryMetadata(Any.pack(costs.of(Duration.between(start, last))));
    }
    return metadata.build();
  }

  private Timestamp now() {
    Instant now = clock.instant();
    if (now.isAfter(last)) {
      last = now;
    }
    return timestamp(last);
  }

  private static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }
}
