// SPDX-License-Identifier: Apache-2.0
package build.please.traces;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** The variables of an environment that OpenTelemetry goes by; empty ones are as good as none. */
final class Variables {
  private static final String PREFIX = "OTEL_";
  private static final String OTLP = "OTEL_EXPORTER_OTLP_";
  private static final String GRPC = "grpc";
  private static final String HTTP = "http/protobuf";

  /** What holds for traces alone comes before what holds for all. */
  private static final List<String> SIGNALS = List.of("TRACES_", "");

  private final Map<String, String> values = new HashMap<>();

  Variables(Map<String, String> environment) {
    environment.forEach(
        (name, value) -> {
          if (name.startsWith(PREFIX) && !value.isBlank()) {
            values.put(name, value.strip());
          }
        });
  }

  /** Empty if it is not set. */
  String get(String name) {
    return values.getOrDefault(name, "");
  }

  String names() {
    return String.join(", ", new TreeSet<>(values.keySet()));
  }

  /** As OpenTelemetry's configuration names them. */
  Map<String, String> properties() {
    Map<String, String> properties = new HashMap<>();
    values.forEach((name, value) -> properties.put(property(name), value));
    return properties;
  }

  static String property(String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', '.');
  }

  /**
   * Refuses what OpenTelemetry would ignore, or refuse without saying what it means.
   *
   * @throws IOException naming the variable and what is wrong with it
   */
  void check() throws IOException {
    String protocol = GRPC;
    for (String signal : SIGNALS) {
      String given = get(OTLP + signal + "PROTOCOL");
      if (!given.isEmpty()) {
        checkThat(
            given.equals(GRPC) || given.equals(HTTP),
            OTLP + signal + "PROTOCOL",
            "is neither " + GRPC + " nor " + HTTP);
        protocol = given;
        break;
      }
    }
    for (String signal : SIGNALS) {
      checkEndpoint(OTLP + signal + "ENDPOINT", protocol);
      for (String file : List.of("CERTIFICATE", "CLIENT_KEY", "CLIENT_CERTIFICATE")) {
        String name = OTLP + signal + file;
        checkThat(
            get(name).isEmpty() || protocol.equals(HTTP),
            name,
            "is for " + OTLP + "PROTOCOL=" + HTTP + " only");
      }
    }
    if (get("OTEL_TRACES_SAMPLER").endsWith("traceidratio")) {
      checkRatio("OTEL_TRACES_SAMPLER_ARG");
    }
  }

  private void checkEndpoint(String name, String protocol) throws IOException {
    if (get(name).isEmpty()) {
      return;
    }
    URI url;
    try {
      url = new URI(get(name));
    } catch (URISyntaxException e) {
      url = URI.create("");
    }
    boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
    checkThat(http && url.getHost() != null, name, "is no URL such as http://collector:4317");
    checkThat(url.getPort() <= 65_535, name, "has no such port");
    checkThat(
        url.getRawQuery() == null && url.getRawFragment() == null && url.getRawUserInfo() == null,
        name,
        "has more than a host, a port and a path");
    if (protocol.equals(GRPC)) {
      checkThat(url.getPort() >= 0, name, "lacks a port, which is 4317 as a rule");
      checkThat(
          url.getRawPath().isEmpty() || url.getRawPath().equals("/"),
          name,
          "has a path, which goes with " + OTLP + "PROTOCOL=" + HTTP + " only");
    }
  }

  private void checkRatio(String name) throws IOException {
    if (get(name).isEmpty()) {
      return;
    }
    double ratio;
    try {
      ratio = Double.parseDouble(get(name));
    } catch (NumberFormatException e) {
      ratio = Double.NaN;
    }
    checkThat(ratio >= 0 && ratio <= 1, name, "is no number from 0 to 1");
  }

  private void checkThat(boolean holds, String name, String wrong) throws IOException {
    if (!holds) {
      throw new IOException(name + "=" + get(name) + " " + wrong);
    }
  }
}
