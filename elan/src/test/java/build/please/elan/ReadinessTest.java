// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import build.please.common.cli.AdminAddress;
import build.please.common.cli.SecurityConfig;
import build.please.common.rpc.QuickCalls;
import build.please.common.rpc.RpcConfig;
import build.please.common.rpc.RpcServer;
import build.please.creds.CredentialFiles;
import build.please.metrics.Metrics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ReadinessTest {
  private static final AdminAddress ADMIN =
      new AdminAddress("127.0.0.1", 0, AdminAddress.Origin.GIVEN);

  /** Whoever sends calls to the server looks here, and should stop before it does. */
  @Test
  void readyz_whileServing_andNoMoreFromTheRequestToStop() throws Exception {
    RpcConfig config = new RpcConfig("127.0.0.1", 0, 2, Duration.ZERO, 1 << 20);
    try (Metrics metrics = Frontage.metrics(Optional.of(ADMIN))) {
      assertEquals(503, ask(metrics, "/readyz"));
      try (RpcServer server =
          Frontage.open(
              config,
              guard(),
              Telemetry.untraced(metrics),
              List.of(),
              QuickCalls.NONE,
              () -> true,
              "test")) {
        assertEquals(200, ask(metrics, "/readyz"));
        server.requestStop();
        assertEquals(503, ask(metrics, "/readyz"));
        assertEquals(200, ask(metrics, "/healthz"));
      }
    }
  }

  private static int ask(Metrics metrics, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + metrics.port().orElseThrow() + path);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private static Guard guard() throws IOException {
    Clock clock = Clock.systemUTC();
    return Guard.open(SecurityConfig.OPEN, CredentialFiles.unwatched(clock), clock);
  }
}
