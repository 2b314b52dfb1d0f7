// SPDX-License-Identifier: Apache-2.0
package build.please.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import build.please.metrics.AdminConfig.WhenTaken;
import io.micrometer.core.instrument.Counter;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  /** What an administrator may set. */
  private static final class Level implements AdminPage {
    private volatile String level = "low";

    @Override
    public String show() {
      return level + "\n";
    }

    @Override
    public void change(Map<String, String> parameters) {
      if (!parameters.keySet().equals(Set.of("level"))) {
        throw new IllegalArgumentException("no level");
      }
      level = parameters.getOrDefault("level", "");
    }
  }

  private static Metrics administered() throws IOException {
    Metrics metrics = Metrics.start(FREE);
    metrics.administer("level", new Level());
    metrics.admit(
        authorization ->
            authorization == null
                ? Standing.STRANGER
                : switch (authorization) {
                  case "Bearer admin" -> Standing.ADMINISTRATOR;
                  case "Bearer writer" -> Standing.OTHER;
                  default -> Standing.STRANGER;
                });
    return metrics;
  }

  @Test
  void adminPage_fromThisMachine_showsAndChanges() throws Exception {
    try (Metrics metrics = administered()) {
      assertEquals("low\n", get(metrics, "/admin/level").body());
      assertEquals("high\n", send(metrics, "/admin/level?level=high", "POST").body());
      assertEquals("high\n", get(metrics, "/admin/level").body());
      assertEquals("a b\n", post(metrics, "/admin/level", "level=a+b").body());
      for (String query :
          List.of("", "?height=1", "?level=1&height=1", "?level", "?level=%25zz%25&x")) {
        HttpResponse<String> answer = send(metrics, "/admin/level" + query, "POST");
        assertEquals(400, answer.statusCode(), query);
        assertEquals(1, answer.body().lines().count(), query);
      }
      assertEquals("a b\n", get(metrics, "/admin/level").body());
      assertEquals(405, send(metrics, "/admin/level", "DELETE").statusCode());
      assertEquals(404, get(metrics, "/admin/").statusCode());
    }
  }

  /** Through a proxy or by a browser's page, the request is somebody else's. */
  @ParameterizedTest
  @ValueSource(strings = {"Origin", "Sec-Fetch-Site", "Forwarded", "X-Forwarded-For"})
  void adminPage_onBehalfOfOthers_wantsAnAdministratorsToken(String header) throws Exception {
    try (Metrics metrics = administered()) {
      HttpResponse<String> answer = forwarded(metrics, header, Optional.empty());
      assertEquals(401, answer.statusCode());
      assertEquals("Bearer", answer.headers().firstValue("WWW-Authenticate").orElse(""));
      assertEquals(401, forwarded(metrics, header, Optional.of("Bearer stranger")).statusCode());
      assertEquals(403, forwarded(metrics, header, Optional.of("Bearer writer")).statusCode());
      assertEquals("low\n", get(metrics, "/admin/level").body());
      assertEquals(200, forwarded(metrics, header, Optional.of("Bearer admin")).statusCode());
      assertEquals("high\n", get(metrics, "/admin/level").body());
    }
  }

  /** The machine's other addresses are asked from elsewhere too. */
  @Test
  void adminPage_fromElsewhere_wantsAnAdministratorsToken() throws Exception {
    Optional<String> address = otherAddress();
    assumeTrue(address.isPresent(), "this machine has no address but loopback ones");
    try (Metrics metrics = Metrics.start(new AdminConfig("", 0, WhenTaken.FAIL))) {
      metrics.administer("level", new Level());
      URI base = URI.create("http://" + address.get() + ":" + metrics.port().orElseThrow());
      assertEquals(401, status(base.resolve("/admin/level")));
      assertEquals(200, status(base.resolve("/metrics")));
      assertEquals(200, status(base.resolve("/healthz")));
    }
  }

  private static Optional<String> otherAddress() throws IOException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
        .map(InetAddress::getHostAddress)
        .findFirst();
  }

  private int status(URI uri) throws Exception {
    return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private HttpResponse<String> forwarded(
      Metrics metrics, String header, Optional<String> authorization) throws Exception {
    // The JDK's client sets Origin for nobody, but lets others.
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(metrics, "/admin/level?level=high"))
            .header(header, "x")
            .POST(HttpRequest.BodyPublishers.noBody());
    authorization.ifPresent(shown -> request.header("Authorization", shown));
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> post(Metrics metrics, String path, String form) throws Exception {
    return http.send(
        HttpRequest.newBuilder(uri(metrics, path))
            .POST(HttpRequest.BodyPublishers.ofString(form))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static URI uri(Metrics metrics, String path) {
    return URI.create("http://127.0.0.1:" + metrics.port().orElseThrow() + path);
  }

  private HttpResponse<String> get(Metrics metrics, String path) throws Exception {
    return send(metrics, path, "GET");
  }

  private HttpResponse<String> send(Metrics metrics, String path, String method) throws Exception {
    return http.send(
        HttpRequest.newBuilder(uri(metrics, path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
