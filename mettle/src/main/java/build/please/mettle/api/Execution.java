// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import build.please.mettle.queue.ExecuteMessage;
import build.please.mettle.queue.ExecuteOperation;
import build.please.mettle.queue.Lane;
import build.please.proto.execution.ExecuteOperationMetadata;
import build.please.proto.execution.ExecuteRequest;
import build.please.proto.execution.ExecutionStage;
import build.please.proto.execution.Platform;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.longrunning.Operation;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Code;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known about one operation, and who watches it.
 *
 * <p>Its monitor is the operation's lock: callers hold it across every method, and across what must
 * stay one step. The watchers are told under it, so that each hears the states in their order.
 */
final class Execution {
  static final Status CANCELLED =
      Status.newBuilder().setCode(Code.CANCELLED_VALUE).setMessage("cancelled by a client").build();

  private final String name;

  @GuardedBy("this")
  private Update latest = Update.NONE;

  /** Null until a run was begun or heard of. */
  @GuardedBy("this")
  private @Nullable Remembered current;

  /** What a client here asked for, while the run is queued; null if none did. */
  @GuardedBy("this")
  private @Nullable Asked asked;

  /** Where the run waits, or did. */
  @GuardedBy("this")
  private Lane lane = Lane.UNKNOWN;

  /** Whether this replica requested the run of the workers. */
  @GuardedBy("this")
  private boolean requested;

  /** Whether the run was begun here and will not be answered from the action cache. */
  @GuardedBy("this")
  private boolean fresh;

  @GuardedBy("this")
  private Set<Watcher> watchers = Set.of();

  /** Of which run, if several workers began it one after the other, the state is known. */
  @GuardedBy("this")
  private Run shown = Run.UNKNOWN;

  /** Those that began the run that is known and did not say how they ended. */
  @GuardedBy("this")
  private final BegunRuns begun = new BegunRuns();

  /** Since when there are no watchers, by the ticker, as far as there are none. */
  @GuardedBy("this")
  private long unwatchedSince;

  /** When it was heard of or looked for last, by the ticker. */
  @GuardedBy("this")
  private long lastSign;

  @GuardedBy("this")
  private boolean cancelled;

  @GuardedBy("this")
  private boolean forgotten;

  /**
   * @param now by the ticker
   */
  Execution(String name, long now) {
    this.name = name;
    this.unwatchedSince = now;
    this.lastSign = now;
  }

  String name() {
    return name;
  }

  /** Whether a run is queued or under way. */
  @GuardedBy("this")
  boolean isRunning() {
    return current != null && !latest.isFinal();
  }

  /** Whether a run waits for a worker. */
  @GuardedBy("this")
  boolean isQueued() {
    return isRunning() && latest.stage() == ExecutionStage.Value.QUEUED;
  }

  /** Whether a run is over and no other was begun. */
  @GuardedBy("this")
  boolean isFinished() {
    return latest.isFinal();
  }

  @GuardedBy("this")
  boolean isKnown() {
    return current != null;
  }

  @GuardedBy("this")
  boolean isWatched() {
    return !watchers.isEmpty();
  }

  @GuardedBy("this")
  long unwatchedSince() {
    return unwatchedSince;
  }

  /** Something was heard of it, be it no news. */
  @GuardedBy("this")
  void heardOf(long now) {
    lastSign = now;
  }

  /**
   * Whether there is a run that somebody waits for and whose result would be in the action cache,
   * and no sign of it since then.
   */
  @GuardedBy("this")
  boolean isSilent(long since) {
    return isRunning() && isWatched() && name.indexOf('/') < 0 && lastSign - since <= 0;
  }

  /** The run, which is looked for now. */
  @GuardedBy("this")
  SilentRun lookedFor(long now) {
    lastSign = now;
    return new SilentRun(message(), fresh);
  }

  /** Whether somebody asked for the end of the run that is known. */
  @GuardedBy("this")
  boolean isCancelled() {
    return cancelled;
  }

  /**
   * Notes that somebody asked for the end of the run, unless it is over. What is only queued ends.
   *
   * @return whether it ended
   */
  @GuardedBy("this")
  boolean cancel() {
    if (latest.isFinal()) {
      return false;
    }
    cancelled = true;
    if (latest.stage() == ExecutionStage.Value.EXECUTING) {
      return false;
    }
    dismiss(CANCELLED);
    return true;
  }

  /** Ends a run that is only queued. No worker shall begin it any more. */
  @GuardedBy("this")
  void dismiss(Status why) {
    cancelled = true;
    accept(
        new Update(latest.queuedAt(), ExecutionStage.Value.COMPLETED),
        ExecuteOperation.ended(operation(), why));
  }

  /** Whether a run waits for a worker that another replica said it requests. */
  @GuardedBy("this")
  boolean isRequestedElsewhere() {
    return isQueued() && !requested;
  }

  /** From now on the run is this replica's to request. */
  @GuardedBy("this")
  void takeOver() {
    requested = true;
  }

  /** Where the run waits, or did. */
  @GuardedBy("this")
  Lane lane() {
    return lane;
  }

  /** What the queued run asks of a worker, as far as that is known. */
  @GuardedBy("this")
  Platform platform() {
    return asked == null ? Platform.getDefaultInstance() : asked.platform();
  }

  /** No longer in the table; whoever still holds it looks the name up again. */
  @GuardedBy("this")
  boolean isForgotten() {
    return forgotten;
  }

  @GuardedBy("this")
  void forget() {
    forgotten = true;
  }

  /** The latest state of what is known. Each time another object, for it may be parsed in place. */
  @GuardedBy("this")
  Operation operation() {
    return Objects.requireNonNull(current).operation(name);
  }

  /** What requested the run that is known, as far as that is known. */
  @GuardedBy("this")
  ExecuteMessage message() {
    int slash = name.indexOf('/');
    return new ExecuteMessage(
        asked == null
            ? ExecuteRequest.newBuilder().setActionDigest(metadata().getActionDigest()).build()
            : asked.request(),
        queuedAt(),
        slash < 0 ? "" : name.substring(slash + 1),
        "",
        lane.pool());
  }

  @GuardedBy("this")
  private ExecuteOperationMetadata metadata() {
    return metadata(operation());
  }

  private static ExecuteOperationMetadata metadata(Operation operation) {
    try {
      return ExecuteOperation.metadata(operation);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("news was checked when it came", e);
    }
  }

  /** When the run that is known was requested; the epoch if nobody said. */
  @GuardedBy("this")
  Instant queuedAt() {
    return latest.queuedAt();
  }

  /** Bytes of the operation as it is sent, which is about what this takes. */
  @GuardedBy("this")
  int size() {
    return current == null ? 0 : current.size();
  }

  /**
   * Whether the run that is queued or under way will give what the request asks for. With {@code
   * skip_cache_lookup} that is not one which may yet be answered from the cache (EXE-19).
   */
  @GuardedBy("this")
  boolean serves(ExecuteRequest request) {
    return isRunning()
        && (!request.getSkipCacheLookup()
            || fresh
            || latest.stage() == ExecutionStage.Value.EXECUTING);
  }

  /** Notes who else waits for the run, as it may have to be requested for him. */
  @GuardedBy("this")
  void join(Asked other) {
    if (asked == null && isQueued()) {
      asked = other;
    }
  }

  /** Begins a run, newer than all before, and tells everybody that it is queued. */
  @GuardedBy("this")
  ExecuteMessage begin(Asked by, String run, Instant now) {
    // Clocks of replicas differ; a run that another one calls older would never be heard of.
    Instant queuedAt = now.isAfter(latest.queuedAt()) ? now : latest.queuedAt().plusNanos(1);
    ExecuteMessage message = new ExecuteMessage(by.request(), queuedAt, run, "", by.pool());
    lane = message.lane();
    fresh = by.request().getSkipCacheLookup();
    asked = by;
    requested = true;
    begun.clear();
    cancelled = false;
    accept(new Update(queuedAt, ExecutionStage.Value.QUEUED), ExecuteOperation.queued(message));
    return message;
  }

  /**
   * Takes in news and tells the watchers, unless what is known is as new. Of several workers that
   * run it, the one that began last has it.
   *
   * @param run that it is about
   * @return whether it was news
   */
  @GuardedBy("this")
  boolean apply(Update update, Operation operation, Run run) {
    // A sender that does not tell runs apart means the one that we know of.
    Update dated =
        update.queuedAt().equals(Instant.EPOCH) && isKnown()
            ? new Update(latest.queuedAt(), update.stage())
            : update;
    if (!dated.isNewerThan(latest)) {
      boolean isLater = dated.equals(latest) && isRunning() && run.isLaterThan(shown);
      note(dated, run);
      if (isLater) {
        shown = run;
        accept(dated, operation);
      }
      return isLater;
    }
    if (!dated.queuedAt().equals(latest.queuedAt())) {
      fresh = false; // Another replica's run.
      requested = false;
      asked = null;
      lane = Lane.of(metadata(operation).getPartialExecutionMetadata());
      begun.clear();
      cancelled = false;
    }
    shown = run;
    accept(dated, operation);
    note(dated, run);
    return true;
  }

  /** The workers that began the run that is known and did not say how they ended. */
  @GuardedBy("this")
  List<String> begunBy() {
    return begun.workers();
  }

  @GuardedBy("this")
  private void note(Update dated, Run run) {
    if (!run.equals(Run.UNKNOWN)
        && !latest.isFinal()
        && dated.queuedAt().equals(latest.queuedAt())) {
      begun.note(dated.stage(), run);
    }
  }

  /** Tells the watcher the state now, and from then on until the end. */
  @GuardedBy("this")
  void watch(Watcher watcher) {
    watcher.send(operation());
    if (!latest.isFinal()) {
      if (watchers.isEmpty()) {
        watchers = new LinkedHashSet<>();
      }
      watchers.add(watcher);
    }
  }

  @GuardedBy("this")
  void leave(Watcher watcher, long now) {
    if (watchers.contains(watcher)) {
      watchers.remove(watcher);
      if (watchers.isEmpty()) {
        watchers = Set.of();
      }
      unwatchedSince = now;
    }
  }

  /** Ends every watcher's stream, but not the run. */
  @GuardedBy("this")
  void failWatchers(StatusRuntimeException failure) {
    List<Watcher> all = List.copyOf(watchers);
    watchers = Set.of();
    all.forEach(watcher -> watcher.fail(failure));
  }

  @GuardedBy("this")
  private void accept(Update update, Operation operation) {
    latest = update;
    current = Remembered.of(operation, name);
    if (update.stage() != ExecutionStage.Value.QUEUED) {
      asked = null;
    }
    for (Watcher watcher : List.copyOf(watchers)) {
      watcher.send(operation);
    }
    if (update.isFinal()) {
      watchers = Set.of();
      shown = Run.UNKNOWN;
    }
  }
}
