// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.longrunning.Operation;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client that hears one answer: how an operation ended, or how it is after a while. */
final class EndWatcher implements Watcher {
  private final StreamObserver<Operation> client;

  @GuardedBy("this")
  private @Nullable Operation latest;

  @GuardedBy("this")
  private @Nullable Future<?> alarm;

  @GuardedBy("this")
  private boolean ended;

  @GuardedBy("this")
  private List<Runnable> listeners = new ArrayList<>(1);

  EndWatcher(StreamObserver<Operation> client) {
    this.client = client;
  }

  /** From now on it waits for so long at most. */
  synchronized void limit(Duration limit, ScheduledExecutorService timer) {
    if (!ended) {
      alarm = timer.schedule(this::answer, limit.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void send(Operation operation) {
    synchronized (this) {
      latest = operation;
    }
    if (operation.getDone()) {
      answer();
    }
  }

  /** With what is known. */
  private void answer() {
    Operation last;
    synchronized (this) {
      last = latest;
    }
    if (last != null && end()) {
      client.onNext(last);
      client.onCompleted();
    }
  }

  @Override
  public void fail(StatusRuntimeException failure) {
    if (end()) {
      client.onError(failure);
    }
  }

  /** The client is gone. */
  void leave() {
    end();
  }

  @Override
  public void onEnd(Runnable listener) {
    synchronized (this) {
      if (!ended) {
        listeners.add(listener);
        return;
      }
    }
    listener.run();
  }

  /** Says whether it had not ended. */
  private boolean end() {
    List<Runnable> toTell;
    synchronized (this) {
      if (ended) {
        return false;
      }
      ended = true;
      toTell = listeners;
      listeners = List.of();
      if (alarm != null) {
        alarm.cancel(false);
      }
    }
    toTell.forEach(Runnable::run);
    return true;
  }
}
