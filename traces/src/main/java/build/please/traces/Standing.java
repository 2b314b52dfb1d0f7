// SPDX-License-Identifier: Apache-2.0
package build.please.traces;

import java.util.Map;

/**
 * Whether anybody wants traces. OpenTelemetry would send them to this machine unless told not to;
 * we send them only where somebody said so.
 */
enum Standing {
  ON,
  OFF;

  static Standing of(Map<String, String> environment) {
    Variables variables = new Variables(environment);
    String exporter = variables.get("OTEL_TRACES_EXPORTER");
    if (variables.get("OTEL_SDK_DISABLED").equalsIgnoreCase("true") || exporter.equals("none")) {
      return OFF;
    }
    boolean named =
        !exporter.isEmpty()
            || !variables.get("OTEL_EXPORTER_OTLP_ENDPOINT").isEmpty()
            || !variables.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").isEmpty();
    return named ? ON : OFF;
  }
}
