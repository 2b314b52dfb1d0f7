// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.api;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.longrunning.Operation;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client at the other end of a stream.
 *
 * <p>While the client does not read, one state waits for it, the latest. A client that goes away
 * ends this watcher and nothing else (EXE-41). Whoever finds something to send while another thread
 * is sending leaves it to that thread, so that the stream sees one call at a time and no lock is
 * held during it.
 */
final class StreamWatcher implements Watcher {
  private static final Logger log = LoggerFactory.getLogger(StreamWatcher.class);

  private final ServerCallStreamObserver<Operation> stream;
  private final KeepAlive keepAlive;

  /** What the client has not been told yet. */
  @GuardedBy("this")
  private @Nullable Operation pending;

  /** What it was told last. */
  @GuardedBy("this")
  private @Nullable Operation told;

  @GuardedBy("this")
  private @Nullable StatusRuntimeException failure;

  @GuardedBy("this")
  private boolean sending;

  @GuardedBy("this")
  private boolean ended;

  @GuardedBy("this")
  private @Nullable Future<?> repetition;

  @GuardedBy("this")
  private List<Runnable> listeners = new ArrayList<>(1);

  private StreamWatcher(ServerCallStreamObserver<Operation> stream, KeepAlive keepAlive) {
    this.stream = stream;
    this.keepAlive = keepAlive;
  }

  /**
   * The client of a call. To be made before the call's handler returns, since only then may one
   * listen to the stream.
   */
  static StreamWatcher of(StreamObserver<Operation> observer, KeepAlive keepAlive) {
    ServerCallStreamObserver<Operation> stream = (ServerCallStreamObserver<Operation>) observer;
    StreamWatcher watcher = new StreamWatcher(stream, keepAlive);
    stream.setOnReadyHandler(watcher::drain);
    stream.setOnCancelHandler(watcher::end);
    return watcher;
  }

  @Override
  public void send(Operation operation) {
    synchronized (this) {
      if (ended || isDone(pending) || isDone(told)) {
        return;
      }
      pending = operation;
    }
    drain();
  }

  @Override
  public void fail(StatusRuntimeException cause) {
    synchronized (this) {
      if (ended || isDone(pending) || isDone(told)) {
        return; // The answer is on its way and better than any error.
      }
      failure = cause;
    }
    drain();
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

  private void repeat() {
    Operation known;
    synchronized (this) {
      known = told;
    }
    if (known == null || known.getDone()) {
      return;
    }
    Operation explained = keepAlive.progress().apply(known);
    synchronized (this) {
      if (ended || pending != null || !Objects.equals(told, known)) {
        return; // There is something newer.
      }
      pending = explained;
    }
    drain();
  }

  private void drain() {
    while (true) {
      Operation next;
      StatusRuntimeException error;
      synchronized (this) {
        if (sending || ended) {
          return;
        }
        next = pending;
        error = failure;
        if (error == null && (next == null || !stream.isReady())) {
          return;
        }
        if (error == null) {
          told = next;
          pending = null;
        }
        sending = true;
      }
      boolean last;
      try {
        last = tell(next, error);
      } catch (RuntimeException e) {
        // The call is over, and nobody is left to be told why.
        log.debug("cannot tell a client about its operation", e);
        last = true;
      }
      if (last) {
        end();
        return;
      }
      synchronized (this) {
        sending = false;
      }
    }
  }

  /** Whether it was the last word. */
  private boolean tell(@Nullable Operation next, @Nullable StatusRuntimeException error) {
    if (error != null) {
      stream.onError(error);
      return true;
    }
    stream.onNext(keepAlive.shown().apply(Objects.requireNonNull(next)));
    if (next.getDone()) {
      stream.onCompleted();
      return true;
    }
    synchronized (this) {
      if (repetition == null && !ended) {
        repetition = keepAlive.every(this::repeat);
      }
    }
    return false;
  }

  private void end() {
    List<Runnable> toTell;
    Future<?> toStop;
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      pending = null;
      told = null;
      toTell = listeners;
      listeners = List.of();
      toStop = repetition;
    }
    if (toStop != null) {
      toStop.cancel(false);
    }
    toTell.forEach(Runnable::run);
  }

  private static boolean isDone(@Nullable Operation operation) {
    return operation != null && operation.getDone();
  }
}
