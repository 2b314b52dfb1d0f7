// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.rpc.RpcChannel;
import build.please.elan.ServerProcess.Ending;
import build.please.proto.execution.CapabilitiesGrpc;
import build.please.proto.execution.GetCapabilitiesRequest;
import build.please.traces.Collector;
import build.please.traces.Collector.Received;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real jar and a collector, by the standard variables. */
@Timeout(120)
final class TracesIT {
  private static final Path JAR = Path.of(System.getProperty("elan.jar", "target/elan.jar"));
  private static final String METHOD =
      "build.bazel.remote.execution.v2.Capabilities/GetCapabilities";
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "b7ad6b7169203331";
  private static final String[] ARGUMENTS = {
    "--storage=mem://",
    "--host=127.0.0.1",
    "--port=0",
    "--admin_disabled",
    "--verbosity=debug",
    "--structured_logs"
  };

  @TempDir Path directory;

  @Test
  void endpointIsSet_callIsToldBeforeTheEnd() throws Exception {
    Path log = directory.resolve("log");
    try (Collector collector = Collector.overGrpc()) {
      Map<String, String> environment = Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint());
      try (ServerProcess server =
          ServerProcess.start(JAR, log, List.of("-Xmx256m"), environment, ARGUMENTS)) {
        call(server.address());
        assertEquals(0, server.terminate());
      }
      Received told = collector.await(METHOD);
      assertEquals(TRACE, told.traceId());
      assertEquals(PARENT, told.parentId());
      assertEquals("elan", told.resource().get("service.name"));
      try (Stream<String> lines = Files.lines(log)) {
        assertEquals(
            1,
            lines
                .filter(line -> line.contains("\"msg\":\"" + METHOD))
                .filter(line -> line.contains("\"trace_id\":\"" + TRACE + "\""))
                .filter(line -> line.contains("\"span_id\":\"" + told.spanId() + "\""))
                .count());
      }
    }
  }

  @Test
  void nothingIsSet_nothingIsLoaded() throws Exception {
    Path classes = directory.resolve("classes");
    try (ServerProcess server =
        ServerProcess.start(
            JAR,
            directory.resolve("log"),
            List.of("-Xmx256m", "-Xlog:class+load:file=" + classes),
            Map.of("OTEL_TRACES_EXPORTER", "", "OTEL_EXPORTER_OTLP_ENDPOINT", ""),
            ARGUMENTS)) {
      call(server.address());
      assertEquals(0, server.terminate());
    }
    try (Stream<String> lines = Files.lines(classes)) {
      assertEquals(
          List.of("build.please.traces.NoTraces"),
          lines
              .flatMap(line -> Stream.of(line.split(" ", -1)))
              .filter(word -> word.startsWith("io.opentelemetry.") || word.endsWith(".NoTraces"))
              .toList());
    }
  }

  @Test
  void wrongVariable_isRefusedInOneLine() throws IOException {
    Ending ending =
        ServerProcess.run(
            JAR, directory, Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317"), ARGUMENTS);
    assertEquals(1, ending.exitCode(), ending::toString);
    assertEquals("", ending.stdout());
    assertEquals(1, ending.stderr().lines().count(), ending::stderr);
    assertTrue(
        ending.stderr().contains("OTEL_EXPORTER_OTLP_ENDPOINT=collector:4317"), ending::stderr);
  }

  private static void call(String address) {
    Metadata caller = new Metadata();
    caller.put(
        Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
        "00-" + TRACE + "-" + PARENT + "-01");
    ManagedChannel channel = RpcChannel.open("grpc://" + address);
    try {
      CapabilitiesGrpc.newBlockingStub(channel)
          .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(caller))
          .getCapabilities(GetCapabilitiesRequest.getDefaultInstance());
    } finally {
      channel.shutdownNow();
    }
  }
}
