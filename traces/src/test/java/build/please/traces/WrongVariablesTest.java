// SPDX-License-Identifier: Apache-2.0
package build.please.traces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with a variable is said in one line that names it and what it holds. */
final class WrongVariablesTest {
  @ParameterizedTest
  @CsvSource({
    "OTEL_TRACES_EXPORTER, nonsense",
    "OTEL_TRACES_EXPORTER, console",
    "OTEL_EXPORTER_OTLP_PROTOCOL, http/json",
    "OTEL_EXPORTER_OTLP_ENDPOINT, collector",
    "OTEL_EXPORTER_OTLP_ENDPOINT, ftp://collector",
    "OTEL_EXPORTER_OTLP_ENDPOINT, http://collector:4317/path",
    "OTEL_EXPORTER_OTLP_ENDPOINT, http://:4317",
    "OTEL_EXPORTER_OTLP_ENDPOINT, http://collector:99999",
    "OTEL_EXPORTER_OTLP_TIMEOUT, soon",
    "OTEL_EXPORTER_OTLP_ENDPOINT, http://collector",
    "OTEL_EXPORTER_OTLP_ENDPOINT, http://collector:4317?x=y",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, two words",
    "OTEL_EXPORTER_OTLP_CERTIFICATE, /no/such/file",
    "OTEL_EXPORTER_OTLP_HEADERS, nonsense",
    "OTEL_TRACES_SAMPLER, sometimes",
    "OTEL_TRACES_SAMPLER_ARG, half",
    "OTEL_TRACES_SAMPLER_ARG, 7",
    "OTEL_PROPAGATORS, pigeon",
    "OTEL_RESOURCE_ATTRIBUTES, nonsense",
    "OTEL_BSP_MAX_QUEUE_SIZE, many",
  })
  void wrongValue_isRefusedInOneLine(String name, String value) {
    Map<String, String> environment = new HashMap<>();
    environment.put("OTEL_TRACES_EXPORTER", "otlp");
    environment.put("OTEL_TRACES_SAMPLER", "traceidratio");
    environment.put(name, value);
    IOException refusal =
        assertThrows(IOException.class, () -> Traces.open(environment, "elan", "1").close());
    String message = String.valueOf(refusal.getMessage());
    assertEquals(1, message.lines().count(), message);
    assertTrue(message.contains(name), message);
    assertTrue(message.contains(value), message);
  }

  /** Where OpenTelemetry does not say which variable it means. */
  @Test
  void wrongValue_whenNotNamed_isAmongThoseThatAreSet() {
    Map<String, String> environment =
        Map.of("OTEL_TRACES_EXPORTER", "otlp", "OTEL_EXPORTER_OTLP_COMPRESSION", "lzma");
    IOException refusal =
        assertThrows(IOException.class, () -> Traces.open(environment, "elan", "1").close());
    String message = String.valueOf(refusal.getMessage());
    assertTrue(message.contains("OTEL_EXPORTER_OTLP_COMPRESSION"), message);
    assertEquals(1, message.lines().count(), message);
  }
}
