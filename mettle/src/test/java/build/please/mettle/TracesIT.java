// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.elan.ServerProcess;
import build.please.elan.ServerProcess.Ending;
import build.please.traces.Collector;
import build.please.traces.Collector.Received;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real jars, one of which stores for the other, and a collector of both. */
@Timeout(180)
final class TracesIT {
  private static final Path JAR = Path.of(System.getProperty("mettle.jar", "target/mettle.jar"));
  private static final Path ELAN =
      Path.of(System.getProperty("elan.jar", "../elan/target/elan.jar"));
  private static final List<String> OPTIONS = List.of("-XX:TieredStopAtLevel=1", "-Xmx512m");

  @TempDir Path directory;

  @Test
  void action_isOneTraceAcrossBothServers() throws Exception {
    Path log = directory.resolve("log");
    try (Collector collector = Collector.overHttp()) {
      Map<String, String> environment =
          Map.of(
              "OTEL_EXPORTER_OTLP_ENDPOINT",
              collector.endpoint(),
              "OTEL_EXPORTER_OTLP_PROTOCOL",
              "http/protobuf");
      try (ServerProcess elan =
              ServerProcess.start(
                  ELAN,
                  directory.resolve("elan.log"),
                  OPTIONS,
                  environment,
                  "--storage=mem://",
                  "--host=127.0.0.1",
                  "--port=0",
                  "--admin_disabled");
          ServerProcess server =
              ServerProcess.start(
                  JAR,
                  log,
                  OPTIONS,
                  environment,
                  "dual",
                  "--port=0",
                  "--data_dir=" + directory.resolve("data"),
                  "--storage=" + elan.address(),
                  "--structured_logs",
                  "--verbosity=info")) {
        Ending ending =
            ServerProcess.run(JAR, directory, "exec", "--server", server.address(), "--", "true");
        assertEquals(0, ending.exitCode(), ending::stderr);
        assertEquals(0, server.terminate());
        assertEquals(0, elan.terminate());
      }
      Received action = collector.await("action");
      Set<String> services =
          collector.received().stream()
              .filter(span -> span.traceId().equals(action.traceId()))
              .map(span -> span.resource().getOrDefault("service.name", "unnamed"))
              .collect(Collectors.toSet());
      assertEquals(Set.of("mettle", "elan"), services);
      try (Stream<String> lines = Files.lines(log)) {
        List<String> ended = lines.filter(line -> line.contains(": ended with OK")).toList();
        assertEquals(1, ended.size());
        assertTrue(
            ended.get(0).contains("\"trace_id\":\"" + action.traceId() + "\""), ended.get(0));
      }
    }
  }
}
