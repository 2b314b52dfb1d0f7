// SPDX-License-Identifier: Apache-2.0
package build.please.traces;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.resources.ResourceBuilder;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** OpenTelemetry as the standard variables want it. */
final class Sdk {
  private static final AttributeKey<String> NAME = AttributeKey.stringKey("service.name");
  private static final AttributeKey<String> VERSION = AttributeKey.stringKey("service.version");

  private static final Pattern PROPERTY = Pattern.compile("\\botel\\.[a-z.]*[a-z]");

  private Sdk() {}

  /**
   * Reads the variables.
   *
   * @throws IOException if one cannot be used; the message is one line
   */
  static OpenTelemetrySdk of(Map<String, String> environment, String service, String version)
      throws IOException {
    Variables variables = new Variables(environment);
    variables.check();
    Map<String, String> properties = variables.properties();
    // Metrics and logs have their own ways out of here.
    properties.put("otel.metrics.exporter", "none");
    properties.put("otel.logs.exporter", "none");
    try {
      return AutoConfiguredOpenTelemetrySdk.builder()
          .disableShutdownHook()
          .addPropertiesCustomizer(read -> properties)
          .addResourceCustomizer((resource, read) -> named(resource, service, version))
          .build()
          .getOpenTelemetrySdk();
    } catch (ConfigurationException e) {
      throw new IOException(explain(e, variables), e);
    }
  }

  /** What the variables say of it comes first. */
  private static Resource named(Resource resource, String service, String version) {
    ResourceBuilder named = resource.toBuilder();
    String name = resource.getAttribute(NAME);
    if (name == null || name.startsWith("unknown_service")) {
      named.put(NAME, service);
    }
    if (resource.getAttribute(VERSION) == null) {
      named.put(VERSION, version);
    }
    return named.build();
  }

  /** On one line, with the names of the variables in place of those of the properties. */
  private static String explain(ConfigurationException failure, Variables variables) {
    StringBuilder text = new StringBuilder("OpenTelemetry: ").append(failure.getMessage());
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      if (cause.getMessage() != null && text.indexOf(cause.getMessage()) < 0) {
        text.append(": ").append(cause.getMessage());
      }
    }
    Matcher properties = PROPERTY.matcher(text.toString().replaceAll("\\s+", " "));
    return properties.find()
        ? properties.replaceAll(
            property -> property.group().toUpperCase(Locale.ROOT).replace('.', '_'))
        : text + "; see " + variables.names();
  }
}
