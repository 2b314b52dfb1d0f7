// SPDX-License-Identifier: Apache-2.0
package build.please.traces;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StandingTest {
  @ParameterizedTest
  @CsvSource({
    "OFF, ",
    "OFF, OTEL_SERVICE_NAME=elan OTEL_TRACES_SAMPLER=always_on",
    "OFF, OTEL_EXPORTER_OTLP_ENDPOINT=",
    "OFF, OTEL_TRACES_EXPORTER=none OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317",
    "OFF, OTEL_SDK_DISABLED=true OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317",
    "OFF, OTEL_SDK_DISABLED=TRUE OTEL_TRACES_EXPORTER=otlp",
    "OFF, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=http://c:4317",
    "ON, OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317",
    "ON, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://c:4317",
    "ON, OTEL_TRACES_EXPORTER=otlp",
    "ON, OTEL_TRACES_EXPORTER=nonsense",
    "ON, OTEL_TRACES_EXPORTER=otlp OTEL_SDK_DISABLED=false",
  })
  void variables_turnTracesOn(Standing expected, String variables) {
    assertEquals(expected, Standing.of(environment(variables)));
  }

  static Map<String, String> environment(String variables) {
    Map<String, String> environment = new HashMap<>();
    if (variables != null) {
      for (String variable : variables.split(" ", -1)) {
        String[] parts = variable.split("=", 2);
        environment.put(parts[0], parts[1]);
      }
    }
    return environment;
  }
}
