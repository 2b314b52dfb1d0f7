// SPDX-License-Identifier: Apache-2.0
package build.please.traces;

import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;

/** How OpenTelemetry's conventions describe a gRPC call. */
final class Rpc {
  static final AttributeKey<String> PEER = AttributeKey.stringKey("network.peer.address");
  static final AttributeKey<String> SERVER = AttributeKey.stringKey("server.address");

  private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("rpc.system");
  private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("rpc.service");
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("rpc.method");
  private static final AttributeKey<Long> CODE = AttributeKey.longKey("rpc.grpc.status_code");

  private Rpc() {}

  static SpanBuilder span(
      Tracer tracer, MethodDescriptor<?, ?> method, SpanKind kind, Context parent) {
    SpanBuilder span =
        tracer
            .spanBuilder(method.getFullMethodName())
            .setParent(parent)
            .setSpanKind(kind)
            .setAttribute(SYSTEM, "grpc");
    if (method.getServiceName() != null) {
      span.setAttribute(SERVICE, method.getServiceName());
    }
    if (method.getBareMethodName() != null) {
      span.setAttribute(METHOD, method.getBareMethodName());
    }
    return span;
  }

  static void end(Span span, SpanKind kind, Status status) {
    span.setAttribute(CODE, status.getCode().value());
    if (isError(kind, status.getCode())) {
      span.setStatus(
          StatusCode.ERROR, status.getDescription() == null ? "" : status.getDescription());
    }
    span.end();
  }

  /** To a server only those codes are errors that are its own fault. */
  private static boolean isError(SpanKind kind, Status.Code code) {
    return switch (code) {
      case OK -> false;
      case UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS -> true;
      default -> kind == SpanKind.CLIENT;
    };
  }
}
