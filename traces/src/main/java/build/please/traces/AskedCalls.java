// SPDX-License-Identifier: Apache-2.0
package build.please.traces;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;

/**
 * A span for each call to another server that is made for a call or task of ours. What this process
 * asks of itself, such as whether a server is still there, has none.
 */
final class AskedCalls implements ClientInterceptor {
  private final Tracer tracer;
  private final TextMapPropagator propagator;

  AskedCalls(Tracer tracer, TextMapPropagator propagator) {
    this.tracer = tracer;
    this.propagator = propagator;
  }

  @Override
  public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(
      MethodDescriptor<ReqT, RespT> method, CallOptions options, Channel next) {
    Context parent = Context.current();
    ClientCall<ReqT, RespT> call = next.newCall(method, options);
    if (!Span.fromContext(parent).getSpanContext().isValid()) {
      return call;
    }
    return new SimpleForwardingClientCall<>(call) {
      @Override
      public void start(Listener<RespT> listener, Metadata headers) {
        Span span =
            Rpc.span(tracer, method, SpanKind.CLIENT, parent)
                .setAttribute(Rpc.SERVER, String.valueOf(next.authority()))
                .startSpan();
        propagator.inject(parent.with(span), headers, Carriers.TO_HEADERS);
        super.start(
            new SimpleForwardingClientCallListener<>(listener) {
              @Override
              public void onClose(Status status, Metadata trailers) {
                Rpc.end(span, SpanKind.CLIENT, status);
                super.onClose(status, trailers);
              }
            },
            headers);
      }
    };
  }
}
