// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import build.please.common.cli.AdminAddress;
import build.please.common.cli.AdminOptions;
import build.please.common.cli.LogLevels;
import build.please.common.cli.LoggingOptions;
import build.please.common.rpc.QuickCalls;
import build.please.common.rpc.RequestLog;
import build.please.common.rpc.RpcConfig;
import build.please.common.rpc.RpcServer;
import build.please.metrics.AdminConfig;
import build.please.metrics.Metrics;
import io.grpc.BindableService;
import io.grpc.ServerInterceptor;
import io.micrometer.core.instrument.Gauge;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What stands in front of the services of either server: the port, TLS, tokens, the log, metrics.
 */
public final class Frontage {
  private static final Logger log = LoggerFactory.getLogger(Frontage.class);

  private Frontage() {}

  /**
   * Counts, and shows it where the flags say.
   *
   * @throws IOException if a port that was asked for cannot be listened on; the message names it
   */
  public static Metrics metrics(AdminOptions options, LoggingOptions logging) throws IOException {
    Metrics metrics = metrics(options.toConfig());
    administer(metrics, logging);
    return metrics;
  }

  /** As {@link #metrics(AdminOptions, LoggingOptions)}, on this port unless the flags say. */
  public static Metrics metrics(AdminOptions options, LoggingOptions logging, int port)
      throws IOException {
    Metrics metrics = metrics(options.toConfig(port));
    administer(metrics, logging);
    return metrics;
  }

  /**
   * As {@link #metrics(AdminOptions, LoggingOptions)}, with what the flags say; empty for no pages.
   */
  static Metrics metrics(Optional<AdminAddress> config) throws IOException {
    if (config.isEmpty()) {
      return Metrics.withoutHttp();
    }
    AdminConfig.WhenTaken whenTaken =
        config.get().origin() == AdminAddress.Origin.DEFAULT
            ? AdminConfig.WhenTaken.WARN
            : AdminConfig.WhenTaken.FAIL;
    return Metrics.start(new AdminConfig(config.get().host(), config.get().port(), whenTaken));
  }

  /** Lets administrators see and change how much is logged. */
  static void administer(Metrics metrics, LoggingOptions logging) {
    metrics.administer("logging", new LoggingPage(new LogLevels(logging.toConfig())));
  }

  /**
   * Starts a server. Warns, in one line, if anybody on the network could use it.
   *
   * @param quick as {@link RpcServer#start} has it
   * @param fit whether the rest of the server is ready to serve; must not block
   * @param openTo what such a person could do, for the warning
   * @throws IOException if the port cannot be listened on; the message names it
   */
  public static RpcServer open(
      RpcConfig config,
      Guard guard,
      Telemetry telemetry,
      List<BindableService> services,
      QuickCalls quick,
      BooleanSupplier fit,
      String openTo)
      throws IOException {
    Metrics metrics = telemetry.metrics();
    List<ServerInterceptor> interceptors = new ArrayList<>(telemetry.traces().served());
    services.forEach(metrics::expect);
    interceptors.add(new RequestLog(System::nanoTime));
    interceptors.add(metrics.interceptor());
    guard.interceptor().ifPresent(interceptors::add);
    guard.show(metrics);
    RpcServer server = RpcServer.start(config, guard.credentials(), interceptors, services, quick);
    Gauge.builder("grpc.server.unhandled.bytes", server, RpcServer::unhandledBytes)
        .description("Bytes of messages that came, whole or in part, and are not handled yet.")
        .register(metrics.registry());
    if (guard.isOpen() && !isLoopback(config.host())) {
      log.warn(
          "anybody who can connect to this server can {}; see --token_file and --client_ca_file",
          openTo);
    }
    metrics.readiness(() -> !server.isStopping() && fit.getAsBoolean());
    return server;
  }

  private static boolean isLoopback(String host) throws IOException {
    return !host.isEmpty() && InetAddress.getByName(host).isLoopbackAddress();
  }
}
