// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** One JSON object, its members in the order in which they were put. */
final class JsonObject {
  private final Map<String, String> members = new LinkedHashMap<>();

  JsonObject put(String name, String value) {
    return raw(name, quote(value));
  }

  JsonObject put(String name, long value) {
    return raw(name, Long.toString(value));
  }

  JsonObject put(String name, boolean value) {
    return raw(name, Boolean.toString(value));
  }

  JsonObject put(String name, Collection<String> values) {
    return raw(
        name, values.stream().map(JsonObject::quote).collect(Collectors.joining(",", "[", "]")));
  }

  JsonObject put(String name, JsonObject value) {
    return raw(name, value.toString());
  }

  /** In milliseconds. */
  JsonObject put(String name, Duration value) {
    return raw(name, Latencies.millis(value));
  }

  private JsonObject raw(String name, String json) {
    members.put(name, json);
    return this;
  }

  /** The object, on one line. */
  @Override
  public String toString() {
    return members.entrySet().stream()
        .map(member -> quote(member.getKey()) + ":" + member.getValue())
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        default -> {
          if (c < ' ' || Character.isSurrogate(c)) {
            quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }
}
