// SPDX-License-Identifier: Apache-2.0
package build.please.traces;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.net.InetSocketAddress;

/** A span for each call that is served, from its headers to its last word. */
final class ServedCalls implements ServerInterceptor {
  /** Asked every few seconds by whoever watches; nobody wants to read of it. */
  private static final String HEALTH = "grpc.health.v1.Health";

  private final Tracer tracer;
  private final TextMapPropagator propagator;

  ServedCalls(Tracer tracer, TextMapPropagator propagator) {
    this.tracer = tracer;
    this.propagator = propagator;
  }

  @Override
  @SuppressWarnings("try") // The scope is only there to be closed.
  public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
      ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
    if (HEALTH.equals(call.getMethodDescriptor().getServiceName())) {
      return next.startCall(call, headers);
    }
    Context parent = propagator.extract(Context.root(), headers, Carriers.FROM_HEADERS);
    Span span = Rpc.span(tracer, call.getMethodDescriptor(), SpanKind.SERVER, parent).startSpan();
    if (call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)
        instanceof InetSocketAddress peer) {
      span.setAttribute(Rpc.PEER, peer.getHostString());
    }
    ServerCall<ReqT, RespT> watched =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            Rpc.end(span, SpanKind.SERVER, status);
            super.close(status, trailers);
          }
        };
    Context context = parent.with(span);
    try (Scopes scope = Scopes.enter(context)) {
      return new Heard<>(next.startCall(watched, headers), context, span);
    }
  }

  /** The handler, which does all it does within the span. */
  private static final class Heard<T> extends SimpleForwardingServerCallListener<T> {
    private final Context context;
    private final Span span;

    Heard(ServerCall.Listener<T> handler, Context context, Span span) {
      super(handler);
      this.context = context;
      this.span = span;
    }

    @Override
    public void onMessage(T message) {
      within(() -> super.onMessage(message));
    }

    @Override
    public void onHalfClose() {
      within(super::onHalfClose);
    }

    @Override
    public void onReady() {
      within(super::onReady);
    }

    @Override
    public void onComplete() {
      within(super::onComplete);
    }

    @Override
    public void onCancel() {
      within(super::onCancel);
      // Has no effect on a call that was ended by us.
      Rpc.end(span, SpanKind.SERVER, Status.CANCELLED);
    }

    @SuppressWarnings("try") // The scope is only there to be closed.
    private void within(Runnable callback) {
      try (Scopes scope = Scopes.enter(context)) {
        callback.run();
      }
    }
  }
}
