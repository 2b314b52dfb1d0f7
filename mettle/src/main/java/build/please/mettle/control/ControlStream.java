// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.control;

import build.please.proto.control.AttendRequest;
import build.please.proto.control.AttendResponse;
import build.please.proto.control.ControlGrpc;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker's stream to one API server, opened again whenever it breaks. Safe for concurrent use.
 */
final class ControlStream implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ControlStream.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  /** What becomes of a stream. Called on the channel's threads; must not block. */
  interface Events {
    /** The server is there, and knows of no run yet. */
    void opened(ControlStream stream, String server);

    void heard(ControlStream stream, AttendResponse response);

    /** Nothing is known of the server's wishes any more. */
    void broken(ControlStream stream);
  }

  private final Channel channel;
  private final ScheduledExecutorService timer;
  private final Events events;
  private @Nullable Call call;
  private Duration pause = FIRST_PAUSE;
  private boolean closed;

  ControlStream(Channel channel, ScheduledExecutorService timer, Events events) {
    this.channel = channel;
    this.timer = timer;
    this.events = events;
  }

  void open() {
    Call opening = new Call();
    synchronized (this) {
      if (closed) {
        return;
      }
      call = opening;
    }
    ControlGrpc.newStub(channel).withWaitForReady().attend(opening);
  }

  /** Lost if the stream is broken: it begins anew with what is in hand then. */
  void send(AttendRequest request) {
    withCall(requests -> requests.onNext(request));
  }

  private synchronized void withCall(Consumer<ClientCallStreamObserver<AttendRequest>> action) {
    if (call != null && call.requests != null) {
      try {
        action.accept(call.requests);
      } catch (IllegalStateException over) {
        log.debug("the control stream is over", over);
      }
    }
  }

  @Override
  public void close() {
    withCall(requests -> requests.cancel("the worker ends", null));
    synchronized (this) {
      closed = true;
      call = null;
    }
  }

  private void ended(Call which, Status why) {
    Duration next;
    synchronized (this) {
      if (call != which) {
        return;
      }
      call = null;
      next = pause;
      Duration doubled = pause.multipliedBy(2);
      pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }
    events.broken(this);
    log.info("a control stream ended: {} {}", why.getCode(), why.getDescription());
    try {
      Future<?> opening = timer.schedule(this::open, next.toNanos(), TimeUnit.NANOSECONDS);
      log.debug("to be opened again: {}", opening);
    } catch (RejectedExecutionException ending) {
      log.debug("the worker ends");
    }
  }

  private final class Call implements ClientResponseObserver<AttendRequest, AttendResponse> {
    private volatile @Nullable ClientCallStreamObserver<AttendRequest> requests;

    @Override
    public void beforeStart(ClientCallStreamObserver<AttendRequest> stream) {
      requests = stream;
    }

    @Override
    public void onNext(AttendResponse response) {
      if (response.getRun() == 0) {
        synchronized (ControlStream.this) {
          pause = FIRST_PAUSE;
        }
        events.opened(ControlStream.this, response.getServer());
      } else {
        events.heard(ControlStream.this, response);
      }
    }

    @Override
    public void onError(Throwable failure) {
      ended(this, Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
      ended(this, Status.OK.withDescription("the API server ended it"));
    }
  }
}
