// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
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

  /**
   * @param open holds each call while it is under way
   */
  ErrorsToStatus(OpenCalls open) {
    this.open = open;
  }

  @Override
  public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
      ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
    SingleEndCall<ReqT, RespT> single = new SingleEndCall<>(call);
    open.add(single);
    try {
      return new Guard<>(open, single, next.startCall(single, headers));
    } catch (RuntimeException | Error e) {
      end(single, e);
      return new Guard<>(open, single, new ServerCall.Listener<>() {});
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
    private boolean over;

    Guard(OpenCalls open, SingleEndCall<ReqT, ?> call, ServerCall.Listener<ReqT> handler) {
      super(handler);
      this.open = open;
      this.call = call;
    }

    @Override
    public void onMessage(ReqT message) {
      run(() -> delegate().onMessage(message));
    }

    @Override
    public void onHalfClose() {
      run(delegate()::onHalfClose);
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
      } catch (RuntimeException | Error e) {
        end(call, e);
        runLast(delegate()::onCancel);
      }
    }

    private void runLast(Runnable callback) {
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
