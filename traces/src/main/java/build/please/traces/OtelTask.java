// SPDX-License-Identifier: Apache-2.0
package build.please.traces;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Instant;

/** A span that is what its thread is doing. */
final class OtelTask implements Task {
  private final Tracer tracer;
  private final Span span;
  private final Context context;
  private final Scopes scope;

  /**
   * @param parent what the span, which has begun, is below of
   */
  OtelTask(Tracer tracer, Span span, Context parent) {
    this.tracer = tracer;
    this.span = span;
    this.context = parent.with(span);
    this.scope = Scopes.enter(context);
  }

  @Override
  public void note(String name, String value) {
    span.setAttribute(name, value);
  }

  @Override
  public void step(String name, Instant from, Instant to) {
    tracer.spanBuilder(name).setParent(context).setStartTimestamp(from).startSpan().end(to);
  }

  @Override
  public void fail(String why) {
    span.setStatus(StatusCode.ERROR, why);
  }

  @Override
  public void close() {
    scope.close();
    span.end();
  }
}
