// SPDX-License-Identifier: Apache-2.0
package build.please.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pages for scrapers, probes and administrators, on threads of their own, so that a full server
 * still answers.
 */
final class AdminServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AdminServer.class);

  private static final int THREADS = 2;

  /** Prometheus' text format. */
  private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final HttpServer server;
  private final ExecutorService pool;

  private AdminServer(HttpServer server, ExecutorService pool) {
    this.server = server;
    this.pool = pool;
  }

  static AdminServer start(
      AdminConfig config, PrometheusMeterRegistry registry, BooleanSupplier ready, AdminPages pages)
      throws IOException {
    HttpServer server;
    try {
      server = HttpServer.create(address(config), 0);
    } catch (IOException e) {
      throw new IOException(
          "cannot listen on " + display(config) + " for metrics: " + e.getMessage(), e);
    }
    AtomicInteger count = new AtomicInteger();
    ExecutorService pool =
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread thread = new Thread(task, "admin-" + count.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(pool);
    server.createContext("/", exchange -> answer(exchange, registry, ready, pages));
    server.start();
    return new AdminServer(server, pool);
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    pool.shutdown();
  }

  private static void answer(
      HttpExchange exchange,
      PrometheusMeterRegistry registry,
      BooleanSupplier ready,
      AdminPages pages)
      throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if (path.startsWith(AdminPages.PREFIX)) {
        pages.answer(exchange);
        return;
      }
      String method = exchange.getRequestMethod();
      if (!method.equals("GET") && !method.equals("HEAD")) {
        Exchange.refuseMethod(exchange, "GET, HEAD");
        return;
      }
      switch (path) {
        case "/metrics" -> Exchange.send(exchange, 200, METRICS_TYPE, registry.scrape());
        case "/healthz" -> Exchange.send(exchange, 200, "ok\n");
        case "/readyz" -> {
          boolean isReady = ready.getAsBoolean();
          Exchange.send(exchange, isReady ? 200 : 503, isReady ? "ok\n" : "not ready\n");
        }
        default -> Exchange.send(exchange, 404, "see /metrics, /healthz, /readyz, /admin/\n");
      }
    } catch (RuntimeException e) {
      // The JDK's server would swallow it.
      log.error("{} failed", exchange.getRequestURI(), e);
    }
  }

  private static InetSocketAddress address(AdminConfig config) throws IOException {
    if (config.host().isEmpty()) {
      return new InetSocketAddress(config.port());
    }
    InetSocketAddress address = new InetSocketAddress(config.host(), config.port());
    if (address.isUnresolved()) {
      throw new IOException("unknown host");
    }
    return address;
  }

  private static String display(AdminConfig config) {
    return (config.host().isEmpty() ? "*" : config.host()) + ":" + config.port();
  }
}
