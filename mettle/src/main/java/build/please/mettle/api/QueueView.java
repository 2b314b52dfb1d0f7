// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.mettle.queue.ExecuteOperation;
import build.please.mettle.queue.Lane;
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
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What this replica knows of the queue: which runs wait, and since when. It looks at them all, but
 * not more often than every few seconds, whoever asks. Safe for concurrent use.
 */
public final class QueueView {
  private static final long FRESH_NANOS = java.time.Duration.ofSeconds(5).toNanos();

  private static final long[] NOBODY = {};

  private final Supplier<Map<Lane, long[]>> waiting;
  private final Clock clock;
  private final LongSupplier nanoTime;

  /** When the runs that wait were requested, in milliseconds since the epoch, the oldest first. */
  @GuardedBy("this")
  private Map<Lane, long[]> queuedAt = Map.of();

  @GuardedBy("this")
  private long looked;

  @GuardedBy("this")
  private boolean hasLooked;

  /**
   * @param waiting when the runs that wait were requested, in milliseconds since the epoch, by
   *     where they do
   * @param nanoTime as {@link System#nanoTime}
   */
  QueueView(Supplier<Map<Lane, long[]>> waiting, Clock clock, LongSupplier nanoTime) {
    this.waiting = waiting;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  private synchronized long[] queuedAt(Lane lane) {
    long now = nanoTime.getAsLong();
    if (!hasLooked || now - looked > FRESH_NANOS) {
      queuedAt = waiting.get();
      queuedAt.values().forEach(Arrays::sort);
      looked = now;
      hasLooked = true;
    }
    return queuedAt.getOrDefault(lane, NOBODY);
  }

  /** How many runs wait for workers of a pool; empty for those that no pool is known of. */
  public long depth(String pool) {
    return (long) queuedAt(new Lane(pool, false)).length + queuedAt(new Lane(pool, true)).length;
  }

  /** Seconds for which the oldest of them has waited; 0 if none does. */
  public double oldestSeconds(String pool) {
    long now = clock.millis();
    long oldest = now;
    for (boolean batch : new boolean[] {false, true}) {
      long[] all = queuedAt(new Lane(pool, batch));
      oldest = all.length == 0 ? oldest : Math.min(oldest, all[0]);
    }
    return (now - oldest) / 1e3;
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
    Lane lane = Lane.of(partial);
    progress.setPool(lane.pool()).setBatch(lane.batch());
    if (stage == ExecutionStage.Value.QUEUED && partial.hasQueuedTimestamp()) {
      long[] all = queuedAt(lane);
      int before = lane.batch() ? queuedAt(new Lane(lane.pool(), false)).length : 0;
      int found = Arrays.binarySearch(all, millis(partial.getQueuedTimestamp()));
      int place = 1 + (found < 0 ? -found - 1 : found);
      progress.setPlace(before + place).setWaiting(Math.max(before + place, depth(lane.pool())));
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
