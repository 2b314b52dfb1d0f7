// SPDX-License-Identifier: Apache-2.0
package build.please.metrics;

import io.grpc.BindableService;
import io.grpc.ServerInterceptor;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that this process counts, and the HTTP server that shows it: {@code /metrics}, {@code
 * /healthz}, {@code /readyz} and what is below {@code /admin/}. Safe for concurrent use.
 */
public final class Metrics implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Metrics.class);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final GrpcServerMetrics calls = new GrpcServerMetrics(registry);

  private final AdminPages pages = new AdminPages();

  private volatile BooleanSupplier ready = () -> false;
  private Optional<AdminServer> admin = Optional.empty();

  private Metrics() {
    collections.bindTo(registry);
    List.of(
            new ClassLoaderMetrics(),
            new ProcessMetrics(),
            new JvmMemoryMetrics(),
            new JvmThreadMetrics(),
            new ProcessorMetrics(),
            new UptimeMetrics())
        .forEach(binder -> binder.bindTo(registry));
  }

  /**
   * Counts, and serves the pages.
   *
   * @throws IOException if the address cannot be listened on and that is no mere warning; the
   *     message names the address, and nothing is left behind
   */
  public static Metrics start(AdminConfig config) throws IOException {
    Metrics metrics = withoutHttp();
    try {
      metrics.admin =
          Optional.of(
              AdminServer.start(
                  config, metrics.registry, () -> metrics.ready.getAsBoolean(), metrics.pages));
    } catch (IOException e) {
      switch (config.whenTaken()) {
        case WARN -> log.warn("no metrics and probes over HTTP: {}", e.getMessage());
        case FAIL -> {
          metrics.close();
          throw e;
        }
      }
    }
    return metrics;
  }

  /** Counts, and serves nothing. */
  public static Metrics withoutHttp() {
    return new Metrics();
  }

  /** Where parts of the server keep their meters. */
  public MeterRegistry registry() {
    return registry;
  }

  /**
   * A counter that is shown under exactly this name, where others get {@code _total} at the end.
   * For names that are given, not chosen; scrapers are told no type. To be made once for each name.
   *
   * @param name as it is to be on the page
   * @param help one sentence
   */
  public LongAdder plainCounter(String name, String help) {
    LongAdder count = new LongAdder();
    registry
        .getPrometheusRegistry()
        .register(
            () ->
                UnknownSnapshot.builder()
                    .name(name)
                    .help(help)
                    .dataPoint(
                        UnknownSnapshot.UnknownDataPointSnapshot.builder()
                            .value((double) count.sum())
                            .build())
                    .build());
    return count;
  }

  /** Counts and times every call of a server under the names of go-grpc-prometheus. */
  public ServerInterceptor interceptor() {
    return calls;
  }

  /** Shows the meters of a service's methods from now on, rather than from their first call. */
  public void expect(BindableService service) {
    calls.expect(service.bindService().getServiceDescriptor());
  }

  /**
   * Asked, from now on, whether {@code /readyz} should say so; must not block. Before the first
   * time nothing is ready.
   */
  public void readiness(BooleanSupplier supplier) {
    this.ready = supplier;
  }

  /** Shows a page below {@code /admin/}, to administrators and on this machine. */
  public void administer(String name, AdminPage page) {
    pages.add(name, page);
  }

  /**
   * Asked who sent an {@code authorization}, which is null if there is none. Before the first time
   * nobody is an administrator but who asks from this machine.
   */
  public void admit(Function<@Nullable String, Standing> gate) {
    pages.admit(gate);
  }

  /** The port of the pages, if they are served. */
  public OptionalInt port() {
    return admin.isPresent() ? OptionalInt.of(admin.get().port()) : OptionalInt.empty();
  }

  /** What {@code /metrics} shows. */
  public String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    admin.ifPresent(AdminServer::close);
    collections.close();
    registry.close();
  }
}
