// SPDX-License-Identifier: Apache-2.0
package build.please.traces;

import io.grpc.ClientInterceptor;
import io.grpc.ServerInterceptor;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a collector. */
final class OtelTraces implements Traces {
  private static final Logger log = LoggerFactory.getLogger(OtelTraces.class);
  private static final String SCOPE = "build.please";

  /** What the last spans get to reach a collector that answers; one that is dead gets it too. */
  private static final Duration FLUSH = Duration.ofSeconds(3);

  private final Clock clock;
  private final OpenTelemetrySdk sdk;
  private final Tracer tracer;
  private final TextMapPropagator propagator;

  private OtelTraces(OpenTelemetrySdk sdk, String version, Clock clock) {
    this.clock = clock;
    this.sdk = sdk;
    this.tracer =
        sdk.getTracerProvider().tracerBuilder(SCOPE).setInstrumentationVersion(version).build();
    this.propagator = sdk.getPropagators().getTextMapPropagator();
  }

  static Traces open(Map<String, String> environment, String service, String version)
      throws IOException {
    return new OtelTraces(Sdk.of(environment, service, version), version, Clock.systemUTC());
  }

  @Override
  public List<ServerInterceptor> served() {
    return List.of(new ServedCalls(tracer, propagator));
  }

  @Override
  public List<ClientInterceptor> asked() {
    return List.of(new AskedCalls(tracer, propagator));
  }

  @Override
  @SuppressWarnings("try") // The scope is only there to be closed.
  public Executor carrying(Executor pool) {
    return task -> {
      Context context = Context.current();
      pool.execute(
          () -> {
            try (Scopes scope = Scopes.enter(context)) {
              task.run();
            }
          });
    };
  }

  @Override
  public Map<String, String> carried() {
    Map<String, String> carried = new HashMap<>();
    propagator.inject(Context.current(), carried, Carriers.TO_MAP);
    return Map.copyOf(carried);
  }

  @Override
  public Task begin(String name, Map<String, String> carried, Instant since) {
    Context parent = propagator.extract(Context.root(), carried, Carriers.FROM_MAP);
    SpanBuilder span = tracer.spanBuilder(name).setParent(parent).setSpanKind(SpanKind.CONSUMER);
    if (since.isAfter(Instant.EPOCH) && since.isBefore(clock.instant())) {
      span.setStartTimestamp(since);
    }
    return new OtelTask(tracer, span.startSpan(), parent);
  }

  @Override
  public void close() {
    if (!sdk.shutdown().join(FLUSH.toMillis(), TimeUnit.MILLISECONDS).isSuccess()) {
      log.warn("the collector did not take the last spans within {} s", FLUSH.toSeconds());
    }
  }
}
