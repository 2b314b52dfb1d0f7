// SPDX-License-Identifier: Apache-2.0
package build.please.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The names, labels and buckets that dashboards of the reference look for. */
@Timeout(60)
final class GrpcServerMetricsTest {
  private static final String CHECK =
      "{grpc_method=\"Check\",grpc_service=\"grpc.health.v1.Health\",grpc_type=\"unary\"}";
  private static final String WATCH =
      "{grpc_method=\"Watch\",grpc_service=\"grpc.health.v1.Health\",grpc_type=\"server_stream\"}";

  private final Metrics metrics = Metrics.withoutHttp();
  private final HealthStatusManager health = new HealthStatusManager();
  private final Server server =
      InProcessServerBuilder.forName("metrics")
          .addService(health.getHealthService())
          .intercept(metrics.interceptor())
          .directExecutor()
          .build();
  private final ManagedChannel channel =
      InProcessChannelBuilder.forName("metrics").directExecutor().build();

  @BeforeEach
  void start() throws Exception {
    server.start();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
    metrics.close();
  }

  @Test
  void unary_ok_isCounted() {
    check("");
    check("");
    assertValue("grpc_server_started_total" + CHECK, "2.0");
    assertValue("grpc_server_handled_total" + code(CHECK, "OK"), "2.0");
    assertValue("grpc_server_msg_received_total" + CHECK, "2.0");
    assertValue("grpc_server_msg_sent_total" + CHECK, "2.0");
    assertValue("grpc_server_handling_seconds_count" + CHECK, "2");
  }

  @Test
  void unary_failure_isCountedByItsCode() {
    assertThrows(StatusRuntimeException.class, () -> check("no.such.Service"));
    assertValue("grpc_server_handled_total" + code(CHECK, "NotFound"), "1.0");
    assertValue("grpc_server_msg_sent_total" + CHECK, "0.0");
  }

  @Test
  void stream_clientLeaves_isCanceledOnce() {
    Iterator<HealthCheckResponse> watch =
        HealthGrpc.newBlockingStub(channel).watch(HealthCheckRequest.getDefaultInstance());
    watch.next();
    assertValue("grpc_server_started_total" + WATCH, "1.0");
    assertValue("grpc_server_handling_seconds_count" + WATCH, "0");
    channel.shutdownNow();
    assertValue("grpc_server_handled_total" + code(WATCH, "Canceled"), "1.0");
    assertValue("grpc_server_handling_seconds_count" + WATCH, "1");
  }

  @Test
  void buckets_areTheReferences() {
    check("");
    String prefix = "grpc_server_handling_seconds_bucket";
    List<String> bounds =
        metrics
            .scrape()
            .lines()
            .filter(line -> line.startsWith(prefix))
            .map(line -> line.replaceFirst(".*le=\"([^\"]*)\".*", "$1"))
            .toList();
    assertEquals(
        List.of(
            "0.001", "0.01", "0.1", "0.3", "0.6", "1.0", "3.0", "6.0", "9.0", "20.0", "30.0",
            "60.0", "90.0", "120.0", "+Inf"),
        bounds);
  }

  private void check(String service) {
    HealthCheckResponse unused =
        HealthGrpc.newBlockingStub(channel)
            .check(HealthCheckRequest.newBuilder().setService(service).build());
  }

  private void assertValue(String series, String value) {
    String page = metrics.scrape();
    assertTrue(page.lines().anyMatch((series + " " + value)::equals), series + "\n" + page);
  }

  private static String code(String labels, String code) {
    return labels.replace("{", "{grpc_code=\"" + code + "\",");
  }
}
