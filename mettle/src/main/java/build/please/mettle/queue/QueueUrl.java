// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.queue;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where a topic or a subscription is, as a person typed it. Every exception is an {@link
 * IllegalArgumentException} of one line, for that person.
 *
 * @param place what stands between the scheme and the parameters
 */
public record QueueUrl(String text, String scheme, String place, Map<String, String> parameters) {
  static final String MEMORY = "mem";
  public static final String PUBSUB = "gcppubsub";

  private static final Pattern NAME = Pattern.compile("[^/\\s?#]+");
  private static final Pattern DURATION = Pattern.compile("([0-9.]+(ns|us|µs|ms|s|m|h))+");
  private static final int LARGEST_BATCH = 1000;

  public QueueUrl {
    parameters = Map.copyOf(parameters);
  }

  public static QueueUrl parse(String text) {
    int colon = text.indexOf("://");
    String scheme = colon < 0 ? "" : text.substring(0, colon);
    if (!Set.of(MEMORY, PUBSUB).contains(scheme)) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is no queue URL; use gcppubsub://projects/PROJECT/topics/TOPIC (or"
              + " .../subscriptions/SUBSCRIPTION) or mem://TOPIC");
    }
    String rest = text.substring(colon + 3);
    int question = rest.indexOf('?');
    return new QueueUrl(
        text,
        scheme,
        question < 0 ? rest : rest.substring(0, question),
        question < 0 ? Map.of() : parameters(text, rest.substring(question + 1)));
  }

  private static Map<String, String> parameters(String text, String query) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String pair : query.split("&", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      String value = equals < 0 ? "" : pair.substring(equals + 1);
      if (parameters.put(name, URLDecoder.decode(value, StandardCharsets.UTF_8)) != null) {
        throw new IllegalArgumentException("'" + text + "' gives the parameter " + name + " twice");
      }
    }
    return parameters;
  }

  /** The name of a topic in memory. */
  String memoryTopic() {
    refuseAllBut(Set.of("ackdeadline"));
    String deadline = parameters.get("ackdeadline");
    if (deadline != null && !DURATION.matcher(deadline).matches()) {
      throw wrong("ackdeadline", "a duration such as 10m");
    }
    if (!NAME.matcher(place).matches()) {
      throw new IllegalArgumentException("'" + text + "' names no topic; write mem://TOPIC");
    }
    return place;
  }

  /**
   * The full name of a thing of Cloud Pub/Sub: {@code projects/P/topics/T}.
   *
   * @param kind topics or subscriptions
   */
  public String pubsubName(String kind) {
    String[] parts = place.split("/", -1);
    boolean isLong = parts.length == 4 && parts[0].equals("projects") && parts[2].equals(kind);
    boolean isShort = parts.length == 2;
    String project = isLong ? parts[1] : parts[0];
    String name = parts[parts.length - 1];
    if (!(isLong || isShort) || !NAME.matcher(project).matches() || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' names none of the "
              + kind
              + "; write gcppubsub://projects/PROJECT/"
              + kind
              + "/NAME or gcppubsub://PROJECT/NAME");
    }
    return "projects/" + project + "/" + kind + "/" + name;
  }

  public void refuseAllBut(Set<String> known) {
    Optional<String> unknown =
        parameters.keySet().stream().filter(name -> !known.contains(name)).sorted().findFirst();
    if (unknown.isPresent()) {
      throw new IllegalArgumentException(
          "'" + text + "' has an unknown parameter: " + unknown.get());
    }
  }

  /** A parameter that is a number of messages, 1 to 1000. */
  int batch(String name, int otherwise) {
    String value = parameters.get(name);
    if (value == null) {
      return otherwise;
    }
    try {
      int batch = Integer.parseInt(value);
      if (batch >= 1 && batch <= LARGEST_BATCH) {
        return batch;
      }
    } catch (NumberFormatException e) {
      throw wrong(name, "a number from 1 to " + LARGEST_BATCH);
    }
    throw wrong(name, "a number from 1 to " + LARGEST_BATCH);
  }

  /** A parameter that is true or false; false if it is not given. */
  boolean isSet(String name) {
    return switch (parameters.getOrDefault(name, "false")) {
      case "true", "1" -> true;
      case "false", "0" -> false;
      default -> throw wrong(name, "true or false");
    };
  }

  private IllegalArgumentException wrong(String name, String what) {
    return new IllegalArgumentException("'" + text + "': " + name + " is " + what);
  }
}
