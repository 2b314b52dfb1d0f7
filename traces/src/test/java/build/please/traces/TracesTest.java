// SPDX-License-Identifier: Apache-2.0
package build.please.traces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.traces.Collector.Received;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

final class TracesTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "b7ad6b7169203331";
  private static final Map<String, String> CALLER =
      Map.of("traceparent", "00-" + TRACE + "-" + PARENT + "-01");

  private static Traces open(Collector collector, String... more) throws IOException {
    Map<String, String> environment = new HashMap<>();
    environment.put("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint());
    for (String variable : more) {
      String[] parts = variable.split("=", 2);
      environment.put(parts[0], parts[1]);
    }
    return Traces.open(environment, "elan", "1.2.3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"grpc", "http/protobuf"})
  void call_isToldWithItsParent(String protocol) throws IOException, InterruptedException {
    try (Collector collector =
        protocol.equals("grpc") ? Collector.overGrpc() : Collector.overHttp()) {
      try (Traces traces = open(collector, "OTEL_EXPORTER_OTLP_PROTOCOL=" + protocol);
          Relay server = new Relay(traces.served(), () -> {})) {
        server.call(CALLER);
      }
      Received told = collector.await(Relay.METHOD);
      assertEquals(TRACE, told.traceId());
      assertEquals(PARENT, told.parentId());
      assertEquals(Span.SpanKind.SPAN_KIND_SERVER, told.span().getKind());
      assertEquals("grpc", told.attributes().get("rpc.system"));
      assertEquals("Export", told.attributes().get("rpc.method"));
      assertEquals("0", told.attributes().get("rpc.grpc.status_code"));
      assertEquals("elan", told.resource().get("service.name"));
      assertEquals("1.2.3", told.resource().get("service.version"));
      assertTrue(told.span().getEndTimeUnixNano() >= told.span().getStartTimeUnixNano());
    }
  }

  @Test
  void failedCall_isToldAsSuch() throws IOException, InterruptedException {
    try (Collector collector = Collector.overGrpc()) {
      try (Traces traces = open(collector);
          Relay server =
              new Relay(
                  traces.served(),
                  () -> {
                    throw new IOException("no bucket");
                  })) {
        assertThrows(StatusRuntimeException.class, () -> server.call(CALLER));
      }
      Received told = collector.await(Relay.METHOD);
      assertEquals(Status.StatusCode.STATUS_CODE_ERROR, told.span().getStatus().getCode());
      assertEquals("no bucket", told.span().getStatus().getMessage());
      assertEquals("14", told.attributes().get("rpc.grpc.status_code"));
    }
  }

  @Test
  void callToAnotherServer_carriesTheTrace() throws IOException {
    try (Collector collector = Collector.overGrpc()) {
      List<Optional<String>> sent;
      try (Traces traces = open(collector);
          Relay storage = new Relay(traces.served(), () -> {});
          Relay server =
              new Relay(traces.served(), () -> Relay.call(storage.channel(traces.asked())))) {
        server.call(CALLER);
        sent = storage.headers("traceparent");
      }
      Map<Span.SpanKind, List<Received>> told = new HashMap<>();
      for (Received one : collector.received()) {
        assertEquals(TRACE, one.traceId());
        told.computeIfAbsent(one.span().getKind(), kind -> new ArrayList<>()).add(one);
      }
      Received asked = told.getOrDefault(Span.SpanKind.SPAN_KIND_CLIENT, List.of()).get(0);
      assertEquals(List.of(Optional.of("00-" + TRACE + "-" + asked.spanId() + "-01")), sent);
      List<Received> served = told.getOrDefault(Span.SpanKind.SPAN_KIND_SERVER, List.of());
      assertEquals(2, served.size());
      assertEquals(asked.spanId(), served.get(0).parentId(), "the inner one ends first");
      assertEquals(served.get(1).spanId(), asked.parentId());
    }
  }

  @Test
  void callForNobody_isNotTold() throws IOException {
    try (Collector collector = Collector.overGrpc()) {
      try (Traces traces = open(collector);
          Relay storage = new Relay(List.of(), () -> {})) {
        Relay.call(storage.channel(traces.asked()));
        assertEquals(List.of(Optional.empty()), storage.headers("traceparent"));
      }
      assertEquals(List.of(), collector.received());
    }
  }

  @Test
  void poolThatCarries_worksForItsCaller() throws IOException {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try (Collector collector = Collector.overGrpc();
        Traces traces = open(collector);
        Relay storage = new Relay(List.of(), () -> {});
        Relay server =
            new Relay(
                traces.served(),
                () ->
                    CompletableFuture.runAsync(
                            () -> Relay.call(storage.channel(traces.asked())),
                            traces.carrying(pool))
                        .join())) {
      server.call(CALLER);
      assertTrue(storage.headers("traceparent").get(0).orElse("").contains(TRACE));
      assertEquals("nothing", CompletableFuture.supplyAsync(() -> mdc("nothing"), pool).join());
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void logLines_carryTheTrace() throws IOException {
    List<String> seen = new ArrayList<>();
    try (Collector collector = Collector.overGrpc();
        Traces traces = open(collector);
        Relay server = new Relay(traces.served(), () -> seen.add(mdc("none")))) {
      MDC.put("mine", "stays");
      server.call(CALLER);
      assertEquals(List.of(TRACE), seen);
      assertNull(MDC.get("trace_id"));
      assertEquals("stays", MDC.get("mine"));
    } finally {
      MDC.clear();
    }
  }

  private static String mdc(String otherwise) {
    String trace = MDC.get("trace_id");
    return trace == null ? otherwise : trace;
  }

  @Test
  void task_goesOnWithWhatWasCarried() throws IOException, InterruptedException {
    try (Collector collector = Collector.overGrpc()) {
      Map<String, String> carried = new HashMap<>();
      Instant asked = Instant.parse("2026-11-30T12:00:00Z");
      try (Traces traces = open(collector);
          Relay server = new Relay(traces.served(), () -> carried.putAll(traces.carried()))) {
        server.call(CALLER);
        assertEquals(Map.of(), traces.carried(), "nothing is going on here");
        carried.put("something", "else");
        try (Task task = traces.begin("action", carried, asked)) {
          task.note("action", "abc");
          task.step("run", asked.plusSeconds(1), asked.plusSeconds(3));
          task.fail("timed out");
        }
      }
      Received action = collector.await("action");
      assertEquals(TRACE, action.traceId());
      assertEquals(collector.await(Relay.METHOD).spanId(), action.parentId());
      assertEquals("abc", action.attributes().get("action"));
      assertEquals("timed out", action.span().getStatus().getMessage());
      assertEquals(asked.getEpochSecond() * 1_000_000_000L, action.span().getStartTimeUnixNano());
      Received run = collector.await("run");
      assertEquals(action.spanId(), run.parentId());
      assertEquals(
          2_000_000_000L, run.span().getEndTimeUnixNano() - run.span().getStartTimeUnixNano());
    }
  }

  @Test
  void task_withoutAnythingCarried_beginsATrace() throws IOException, InterruptedException {
    try (Collector collector = Collector.overGrpc()) {
      try (Traces traces = open(collector);
          Task task = traces.begin("action", Map.of("traceparent", "nonsense"), Instant.now())) {
        task.note("action", "abc");
      }
      assertEquals("", collector.await("action").parentId());
    }
  }

  @Test
  void variables_nameTheServiceAndThePropagators() throws IOException, InterruptedException {
    try (Collector collector = Collector.overGrpc()) {
      try (Traces traces =
              open(
                  collector,
                  "OTEL_SERVICE_NAME=cache",
                  "OTEL_RESOURCE_ATTRIBUTES=deployment.environment.name=ci,service.version=9",
                  "OTEL_PROPAGATORS=b3");
          Relay storage = new Relay(List.of(), () -> {});
          Relay server =
              new Relay(traces.served(), () -> Relay.call(storage.channel(traces.asked())))) {
        server.call(Map.of("b3", TRACE + "-" + PARENT + "-1"));
        assertTrue(storage.headers("b3").get(0).orElse("").startsWith(TRACE));
      }
      Received told = collector.await(Relay.METHOD);
      assertEquals(TRACE, told.traceId());
      assertEquals("cache", told.resource().get("service.name"));
      assertEquals("9", told.resource().get("service.version"));
      assertEquals("ci", told.resource().get("deployment.environment.name"));
    }
  }

  @Test
  void sampler_decides() throws IOException {
    try (Collector collector = Collector.overGrpc()) {
      try (Traces traces =
              open(collector, "OTEL_TRACES_SAMPLER=traceidratio", "OTEL_TRACES_SAMPLER_ARG=0");
          Relay server = new Relay(traces.served(), () -> {})) {
        server.call(CALLER);
      }
      assertEquals(List.of(), collector.received());
    }
  }

  @Test
  void healthChecks_areNotTold() throws IOException {
    try (Collector collector = Collector.overGrpc()) {
      try (Traces traces = open(collector);
          Relay server = new Relay(traces.served(), () -> {})) {
        HealthGrpc.newBlockingStub(server.channel(List.of()))
            .check(HealthCheckRequest.getDefaultInstance());
      }
      assertEquals(List.of(), collector.received());
    }
  }

  /** More calls than are kept for a collector that is not there. */
  @Test
  void deadCollector_failsNoCall() throws IOException {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    try (Traces traces =
            Traces.open(
                Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:" + port), "elan", "1");
        Relay server = new Relay(traces.served(), () -> {})) {
      for (int i = 0; i < 5_000; i++) {
        server.call(CALLER);
      }
    }
  }

  @Test
  void noVariables_noTraces() throws IOException {
    assertSame(Traces.OFF, Traces.open(Map.of("PATH", "/bin"), "elan", "1"));
    assertEquals(List.of(), Traces.OFF.served());
    assertEquals(List.of(), Traces.OFF.asked());
    Runnable[] ran = new Runnable[1];
    Runnable task = () -> {};
    Traces.OFF.carrying(handed -> ran[0] = handed).execute(task);
    assertSame(task, ran[0]);
  }
}
