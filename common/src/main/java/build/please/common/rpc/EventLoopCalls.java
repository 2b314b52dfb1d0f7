// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import com.google.common.util.concurrent.MoreExecutors;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps {@link QuickCalls} on the event loop and sends all others to a pool. To be the outermost
 * interceptor, and what the server asks for executors, with {@link EventLoop#run} as the executor
 * of those calls for which this has none.
 */
final class EventLoopCalls implements ServerInterceptor, ServerCallExecutorSupplier {
  private final Map<String, QuickMethod> methods = new HashMap<>();
  private final Executor pool;

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  EventLoopCalls(QuickCalls quick, Executor pool, LongSupplier nanoTime) {
    this.pool = pool;
    quick.methods().forEach((name, is) -> methods.put(name, new QuickMethod(name, is, nanoTime)));
  }

  @Override
  public <ReqT, RespT> @Nullable Executor getExecutor(
      ServerCall<ReqT, RespT> call, Metadata headers) {
    QuickMethod method = methods.get(call.getMethodDescriptor().getFullMethodName());
    return method != null && method.mayBegin() ? null : pool;
  }

  @Override
  public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
      ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
    ServerCall.Listener<ReqT> handler = next.startCall(call, headers);
    QuickMethod method = methods.get(call.getMethodDescriptor().getFullMethodName());
    return method == null || !EventLoop.isHere()
        ? handler
        : new Call<>(method, handler, call.getMethodDescriptor().getType().clientSendsOneMessage());
  }

  /** What a call hears, handled here or there. It hears one thing at a time. */
  private final class Call<ReqT> extends ServerCall.Listener<ReqT> {
    private final QuickMethod method;
    private final ServerCall.Listener<ReqT> handler;
    private final boolean hasOneRequest;
    private boolean begun;

    /** In the order of what was heard; null on the loop. */
    private @Nullable Executor elsewhere;

    Call(QuickMethod method, ServerCall.Listener<ReqT> handler, boolean hasOneRequest) {
      this.method = method;
      this.handler = handler;
      this.hasOneRequest = hasOneRequest;
    }

    @Override
    public void onMessage(ReqT message) {
      if (!begun && !method.isQuick(message)) {
        leave();
      }
      begun = true;
      handle(() -> handler.onMessage(message));
    }

    @Override
    public void onHalfClose() {
      if (elsewhere != null || !hasOneRequest) {
        handle(handler::onHalfClose);
        return;
      }
      // Here a handler gets its one request.
      method.run(
          () -> {
            if (!EventLoop.tried(handler::onHalfClose)) {
              leave().execute(() -> EventLoop.runAgain(handler::onHalfClose));
            }
          });
    }

    @Override
    public void onReady() {
      handle(handler::onReady);
    }

    @Override
    public void onComplete() {
      handle(handler::onComplete);
    }

    @Override
    public void onCancel() {
      handle(handler::onCancel);
    }

    private void handle(Runnable event) {
      Executor left = elsewhere;
      if (left == null) {
        method.run(event);
      } else {
        left.execute(event);
      }
    }

    private Executor leave() {
      Executor ordered =
          Context.current().fixedContextExecutor(MoreExecutors.newSequentialExecutor(pool));
      elsewhere = ordered;
      return ordered;
    }
  }
}
