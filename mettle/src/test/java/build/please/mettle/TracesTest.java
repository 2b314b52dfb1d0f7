// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.traces.Collector;
import build.please.traces.Collector.Received;
import build.please.traces.Traces;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a collector hears of an action, from its call to its worker. */
@Timeout(120)
final class TracesTest {
  private static final String EXECUTE = "build.bazel.remote.execution.v2.Execution/Execute";
  private static final List<String> PARTS = List.of("queue", "fetch", "run", "upload");

  @TempDir Path directory;

  private static Traces open(Collector collector) throws Exception {
    return Traces.open(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint()), "mettle", "1");
  }

  @Test
  void action_isToldWithItsPartsBelowItsCall() throws Exception {
    try (Collector collector = Collector.overGrpc()) {
      try (Traces traces = open(collector);
          RunningDual dual = new RunningDual(directory, traces)) {
        TestClient.last(dual.shell("echo hello >&2; exit 3"));
      }
      Received call = collector.await(EXECUTE);
      Received action = collector.await("action");
      assertEquals(call.spanId(), action.parentId());
      assertEquals(call.traceId(), action.traceId());
      assertEquals("3", action.attributes().get("mettle.exit_code"));
      assertEquals("worker", action.attributes().get("mettle.worker"));
      long end = 0;
      for (String name : PARTS) {
        Received part = collector.await(name);
        assertEquals(action.spanId(), part.parentId(), name);
        assertEquals(action.traceId(), part.traceId(), name);
        assertTrue(part.span().getStartTimeUnixNano() >= end, name + " begins too early");
        end = part.span().getEndTimeUnixNano();
        assertTrue(end >= part.span().getStartTimeUnixNano(), name + " ends too early");
      }
      assertTrue(
          action.span().getStartTimeUnixNano()
              <= collector.await("queue").span().getStartTimeUnixNano());
      assertTrue(action.span().getEndTimeUnixNano() >= end);
    }
  }

  /** Its times are those of the run that made it, which was told of then. */
  @Test
  void resultFromTheCache_isToldWithoutParts() throws Exception {
    try (Collector collector = Collector.overGrpc()) {
      try (Traces traces = open(collector);
          RunningDual dual = new RunningDual(directory, traces)) {
        TestClient.last(dual.shell("true"));
        TestClient.last(dual.shell("true"));
      }
      List<String> names = collector.received().stream().map(Received::name).toList();
      assertEquals(2, names.stream().filter(EXECUTE::equals).count());
      assertEquals(1, names.stream().filter("run"::equals).count());
    }
  }
}
