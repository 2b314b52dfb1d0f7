// SPDX-License-Identifier: Apache-2.0
package build.please.traces;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** What a thread is doing, to be closed by it; its log lines carry {@code trace_id} and so on. */
final class Scopes implements AutoCloseable {
  private static final String TRACE = "trace_id";
  private static final String SPAN = "span_id";

  private final Scope scope;
  private final @Nullable Map<String, String> before;

  private Scopes(Scope scope, @Nullable Map<String, String> before) {
    this.scope = scope;
    this.before = before;
  }

  @SuppressWarnings("MustBeClosedChecker") // It is closed with what is returned.
  static Scopes enter(Context context) {
    Scopes entered = new Scopes(context.makeCurrent(), MDC.getCopyOfContextMap());
    SpanContext span = Span.fromContext(context).getSpanContext();
    if (span.isValid()) {
      MDC.put(TRACE, span.getTraceId());
      MDC.put(SPAN, span.getSpanId());
    }
    return entered;
  }

  @Override
  public void close() {
    if (before == null) {
      MDC.clear();
    } else {
      MDC.setContextMap(before);
    }
    scope.close();
  }
}
