// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.mettle.queue.ExecuteOperation;
import build.please.proto.control.Progress;
import build.please.proto.execution.ExecuteOperationMetadata;
import build.please.proto.execution.ExecutedActionMetadata;
import build.please.proto.execution.ExecutionStage;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.longrunning.Operation;
import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What this replica knows of the queue: which runs wait, and since when. It looks at them all, but
 * not more often than every few seconds, whoever asks. Safe for concurrent use.
 */
public final class QueueView {
  private static final long FRESH_NANOS = java.time.Duration.ofSeconds(5).toNanos();

  private final Supplier<long[]> waiting;
  private final Clock clock;
  private final LongSupplier nanoTime;

  /** When the runs that wait were requested, in milliseconds since the epoch, the oldest first. */
  @GuardedBy("this")
  private long[] queuedAt = {};

  @GuardedBy("this")
  private long looked;

  @GuardedBy("this")
  private boolean hasLooked;

  /**
   * @param waiting when the runs that wait were requested, in milliseconds since the epoch
   * @param nanoTime as {@link System#nanoTime}
   */
  QueueView(Supplier<long[]> waiting, Clock clock, LongSupplier nanoTime) {
    this.waiting = waiting;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  private synchronized long[] queuedAt() {
    long now = nanoTime.getAsLong();
    if (!hasLooked || now - looked > FRESH_NANOS) {
      queuedAt = waiting.get();
      Arrays.sort(queuedAt);
      looked = now;
      hasLooked = true;
    }
    return queuedAt;
  }

  /** How many runs wait. */
  public long depth() {
    return queuedAt().length;
  }

  /** Seconds for which the oldest of them has waited; 0 if none does. */
  public double oldestSeconds() {
    long[] all = queuedAt();
    return all.length == 0 ? 0 : Math.max(0, (clock.millis() - all[0]) / 1e3);
  }

  /** The operation with what is known of its progress now; as it is, if that is nothing. */
  public Operation explain(Operation operation) {
    try {
      ExecuteOperationMetadata metadata = ExecuteOperation.metadata(operation);
      ExecutedActionMetadata partial = metadata.getPartialExecutionMetadata();
      if (operation.getDone()) {
        return operation;
      }
      ExecutedActionMetadata.Builder explained = partial.toBuilder().clearAuxiliaryMetadata();
      partial.getAuxiliaryMetadataList().stream()
          .filter(any -> !any.is(Progress.class))
          .forEach(explained::addAuxiliaryMetadata);
      explained.addAuxiliaryMetadata(Any.pack(progress(metadata.getStage(), partial)));
      return operation.toBuilder()
          .setMetadata(
              Any.pack(metadata.toBuilder().setPartialExecutionMetadata(explained).build()))
          .build();
    } catch (InvalidProtocolBufferException foreign) {
      return operation;
    }
  }

  private Progress progress(ExecutionStage.Value stage, ExecutedActionMetadata partial) {
    Progress.Builder progress = Progress.newBuilder();
    if (partial.hasQueuedTimestamp()) {
      progress.setAge(since(partial.getQueuedTimestamp()));
    }
    if (stage == ExecutionStage.Value.EXECUTING && partial.hasWorkerStartTimestamp()) {
      progress.setRunning(since(partial.getWorkerStartTimestamp()));
    }
    if (stage == ExecutionStage.Value.QUEUED && partial.hasQueuedTimestamp()) {
      long[] all = queuedAt();
      int found = Arrays.binarySearch(all, millis(partial.getQueuedTimestamp()));
      int place = 1 + (found < 0 ? -found - 1 : found);
      progress.setPlace(place).setWaiting(Math.max(place, all.length));
    }
    return progress.build();
  }

  private Duration since(Timestamp past) {
    java.time.Duration since =
        java.time.Duration.between(
            Instant.ofEpochSecond(past.getSeconds(), past.getNanos()), clock.instant());
    // Clocks of machines differ.
    return Duration.newBuilder().setSeconds(Math.max(0, since.toSeconds())).build();
  }

  private static long millis(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos()).toEpochMilli();
  }
}
