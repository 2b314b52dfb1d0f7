// SPDX-License-Identifier: Apache-2.0
package build.please.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.metrics.AdminConfig.WhenTaken;
import io.micrometer.core.instrument.Counter;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class AdminServerTest {
  private static final AdminConfig FREE = new AdminConfig("127.0.0.1", 0, WhenTaken.FAIL);

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void metrics_showCountersAndTheJvm() throws Exception {
    try (Metrics metrics = Metrics.start(FREE)) {
      Counter.builder("elan_test").register(metrics.registry()).increment(3);
      HttpResponse<String> page = get(metrics, "/metrics");
      assertEquals(200, page.statusCode());
      assertEquals(
          "text/plain; version=0.0.4; charset=utf-8",
          page.headers().firstValue("Content-Type").orElse(""));
      assertTrue(page.body().contains("elan_test_total 3.0"), page.body());
      assertTrue(page.body().contains("jvm_memory_used_bytes{"), page.body());
      assertTrue(page.body().contains("process_cpu_usage"), page.body());
    }
  }

  @Test
  void probes_followReadiness() throws Exception {
    AtomicBoolean ready = new AtomicBoolean();
    try (Metrics metrics = Metrics.start(FREE)) {
      assertEquals(200, get(metrics, "/healthz").statusCode());
      assertEquals(503, get(metrics, "/readyz").statusCode());
      metrics.readiness(ready::get);
      assertEquals(503, get(metrics, "/readyz").statusCode());
      ready.set(true);
      assertEquals(200, get(metrics, "/readyz").statusCode());
    }
  }

  @Test
  void otherPagesAndMethods_areRefused() throws Exception {
    try (Metrics metrics = Metrics.start(FREE)) {
      assertEquals(404, get(metrics, "/").statusCode());
      assertEquals(404, get(metrics, "/metricsandmore").statusCode());
      assertEquals(405, send(metrics, "/metrics", "POST").statusCode());
      HttpResponse<String> head = send(metrics, "/metrics", "HEAD");
      assertEquals(200, head.statusCode());
      assertEquals("", head.body());
    }
  }

  @Test
  void start_portTaken_failsOrWarns() throws Exception {
    try (Metrics first = Metrics.start(FREE)) {
      int port = first.port().orElseThrow();
      IOException e =
          assertThrows(
              IOException.class,
              () -> Metrics.start(new AdminConfig("127.0.0.1", port, WhenTaken.FAIL)));
      assertTrue(e.toString().contains("127.0.0.1:" + port), e.toString());
      assertEquals(1, e.toString().lines().count(), e.toString());
      try (Metrics second = Metrics.start(new AdminConfig("127.0.0.1", port, WhenTaken.WARN))) {
        assertTrue(second.port().isEmpty());
        assertFalse(second.scrape().isEmpty());
      }
    }
  }

  @Test
  void start_unknownHost_namesIt() {
    IOException e =
        assertThrows(
            IOException.class,
            () -> Metrics.start(new AdminConfig("no.such.host.invalid", 1, WhenTaken.FAIL)));
    assertTrue(e.toString().contains("no.such.host.invalid:1"), e.toString());
  }

  @Test
  void close_freesThePort() throws Exception {
    Metrics metrics = Metrics.start(FREE);
    assertEquals(200, get(metrics, "/healthz").statusCode());
    metrics.close();
    metrics.close();
    assertThrows(ConnectException.class, () -> get(metrics, "/healthz"));
  }

  private HttpResponse<String> get(Metrics metrics, String path) throws Exception {
    return send(metrics, path, "GET");
  }

  private HttpResponse<String> send(Metrics metrics, String path, String method) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + metrics.port().orElseThrow() + path);
    return http.send(
        HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody()).build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
