// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns what a handler throws into the status that {@link RpcErrors} has for it, so that no client
 * sees gRPC's own UNKNOWN and every call ends exactly once.
 *
 * <p>A handler that threw hears {@code onCancel}, so that it can let go of what it holds, and then
 * nothing more.
 */
final class ErrorsToStatus implements ServerInterceptor {
  private static final Logger log = LoggerFactory.getLogger(ErrorsToStatus.class);

  private final OpenCalls open;
  private final ReceivedBytes received;

  /**
   * @param open holds each call while it is under way
   * @param received hears when the handler is done with what it was given
   */
  ErrorsToStatus(OpenCalls open, ReceivedBytes received) {
    this.open = open;
    this.received = received;
  }

  @Override
  public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
      ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
    SingleEndCall<ReqT, RespT> single = new SingleEndCall<>(call);
    open.add(single);
    Handling handling = handling(single);
    try {
      return new Guard<>(open, single, handling, next.startCall(single, headers));
    } catch (RuntimeException | Error e) {
      end(single, e);
      return new Guard<>(open, single, handling, new ServerCall.Listener<>() {});
    }
  }

  private Handling handling(SingleEndCall<?, ?> call) {
    Reception stream = Reception.KEY.get();
    if (stream != null) {
      received.handler(stream, call::cut);
    }
    return new Handling(received, stream);
  }

  /**
   * Tells the budget how far a handler is.
   *
   * @param stream absent for a call that came over no socket
   */
  private record Handling(ReceivedBytes received, @Nullable Reception stream) {
    void oneMessage() {
      if (stream != null) {
        received.handled(stream);
      }
    }

    void all() {
      if (stream != null) {
        received.ended(stream);
      }
    }
  }

  private static void end(ServerCall<?, ?> call, Throwable failure) {
    if (call.isCancelled()) {
      // The client is gone; a handler that stumbles over that is no news.
      log.debug("{} failed after its end", call.getMethodDescriptor().getFullMethodName(), failure);
      return;
    }
    StatusRuntimeException answer = RpcErrors.toException(failure);
    Metadata trailers = answer.getTrailers();
    call.close(answer.getStatus(), trailers == null ? new Metadata() : trailers);
  }

  /** Callbacks of one call never overlap, so its state needs no lock. */
  private static final class Guard<ReqT> extends SimpleForwardingServerCallListener<ReqT> {
    private final OpenCalls open;
    private final SingleEndCall<ReqT, ?> call;
    private final Handling handling;
    private boolean over;

    Guard(
        OpenCalls open,
        SingleEndCall<ReqT, ?> call,
        Handling handling,
        ServerCall.Listener<ReqT> handler) {
      super(handler);
      this.open = open;
      this.call = call;
      this.handling = handling;
    }

    @Override
    public void onMessage(ReqT message) {
      run(() -> delegate().onMessage(message));
      // Handlers of unary calls keep their one message until the client has half-closed.
      if (!call.getMethodDescriptor().getType().clientSendsOneMessage()) {
        handling.oneMessage();
      }
    }

    @Override
    public void onHalfClose() {
      run(delegate()::onHalfClose);
      handling.all();
    }

    @Override
    public void onReady() {
      run(delegate()::onReady);
    }

    @Override
    public void onComplete() {
      open.remove(call);
      runLast(call.wasCut() ? delegate()::onCancel : delegate()::onComplete);
    }

    @Override
    public void onCancel() {
      open.remove(call);
      runLast(delegate()::onCancel);
    }

    private void run(Runnable callback) {
      if (over) {
        return;
      }
      try {
        callback.run();
      } catch (LeavesEventLoop e) {
        throw e;
      } catch (RuntimeException | Error e) {
        end(call, e);
        runLast(delegate()::onCancel);
      }
    }

    private void runLast(Runnable callback) {
      handling.all();
      if (over) {
        return;
      }
      over = true;
      try {
        callback.run();
      } catch (RuntimeException | Error e) {
        log.error("{} failed while letting go", call.getMethodDescriptor().getFullMethodName(), e);
      }
    }
  }
}
