// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.setup;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A plan as resources of Terraform's google provider, formatted as {@code terraform fmt} would. */
public final class TerraformText {
  private final Map<String, String> labels = new HashMap<>();
  private final Set<String> taken = new HashSet<>();
  private final List<String> blocks = new ArrayList<>();

  private TerraformText() {}

  public static String of(Plan plan) {
    return new TerraformText().write(plan);
  }

  private String write(Plan plan) {
    if (plan.grants().stream().anyMatch(one -> one.member().contains(Planner.PROJECT_NUMBER))) {
      String project = ResourceName.parse(plan.topics().get(0)).project();
      blocks.add(
          "data \"google_project\" \"pubsub\" {\n"
              + attributes("  ", Map.of("project_id", quoted(project)))
              + "}\n");
    }
    plan.topics().forEach(this::topic);
    plan.subscriptions().forEach(this::subscription);
    plan.grants().forEach(this::grant);
    return String.join("\n", blocks);
  }

  private void topic(String name) {
    ResourceName topic = ResourceName.parse(name);
    block("google_pubsub_topic", label(name), named(topic), "");
  }

  private void subscription(PlannedSubscription one) {
    Map<String, String> attributes = named(ResourceName.parse(one.name()));
    attributes.put("topic", reference(one.topic()));
    attributes.put("ack_deadline_seconds", Long.toString(one.ackDeadline().toSeconds()));
    attributes.put("message_retention_duration", quoted(one.retention().toSeconds() + "s"));
    if (one.order() == PlannedSubscription.Order.KEPT) {
      attributes.put("enable_message_ordering", "true");
    }
    if (!one.filter().isEmpty()) {
      attributes.put("filter", quoted(one.filter()));
    }
    String ttl = one.expiry().map(given -> given.toSeconds() + "s").orElse("");
    String inner = inner("expiration_policy", Map.of("ttl", quoted(ttl)));
    if (one.deadLetters().isPresent()) {
      Map<String, String> policy = new LinkedHashMap<>();
      policy.put("dead_letter_topic", reference(one.deadLetters().get().topic()));
      policy.put("max_delivery_attempts", Integer.toString(one.deadLetters().get().attempts()));
      inner += inner("dead_letter_policy", policy);
    }
    block("google_pubsub_subscription", label(one.name()), attributes, inner);
  }

  private void grant(Grant grant) {
    ResourceName resource = ResourceName.parse(grant.resource());
    String type = resource.isTopic() ? "topic" : "subscription";
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put("project", quoted(resource.project()));
    attributes.put(
        type,
        "google_pubsub_"
            + type
            + "."
            + label(grant.resource())
            + (resource.isTopic() ? ".id" : ".name"));
    attributes.put("role", quoted(grant.role()));
    attributes.put(
        "member",
        quoted(grant.member())
            .replace(Planner.PROJECT_NUMBER, "${data.google_project.pubsub.number}"));
    String role = grant.role().substring(grant.role().lastIndexOf('.') + 1);
    block(
        "google_pubsub_" + type + "_iam_member",
        free(type + "_iam", label(grant.resource()) + "_" + role),
        attributes,
        "");
  }

  private static Map<String, String> named(ResourceName name) {
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put("project", quoted(name.project()));
    attributes.put("name", quoted(name.id()));
    return attributes;
  }

  private String reference(String topic) {
    return "google_pubsub_topic." + label(topic) + ".id";
  }

  /** The name of the resource within its type; the same for the same thing. */
  private String label(String name) {
    ResourceName parsed = ResourceName.parse(name);
    return labels.computeIfAbsent(name, one -> free(parsed.kind(), parsed.id()));
  }

  private String free(String type, String text) {
    String label = text.replaceAll("[^A-Za-z0-9_]", "_").replaceFirst("^(?=[0-9])", "_");
    String candidate = label;
    for (int number = 2; !taken.add(type + " " + candidate); number++) {
      candidate = label + "_" + number;
    }
    return candidate;
  }

  private void block(String type, String label, Map<String, String> attributes, String inner) {
    blocks.add(
        "resource \""
            + type
            + "\" \""
            + label
            + "\" {\n"
            + attributes("  ", attributes)
            + inner
            + "}\n");
  }

  private static String inner(String name, Map<String, String> attributes) {
    return "\n  " + name + " {\n" + attributes("    ", attributes) + "  }\n";
  }

  private static String attributes(String indent, Map<String, String> attributes) {
    int width = attributes.keySet().stream().mapToInt(String::length).max().orElse(0);
    StringBuilder text = new StringBuilder();
    attributes.forEach(
        (name, value) ->
            text.append(indent)
                .append(name)
                .append(" ".repeat(width - name.length()))
                .append(" = ")
                .append(value)
                .append('\n'));
    return text.toString();
  }

  /** A dollar or percent before a brace would begin a template. */
  private static String quoted(String text) {
    return '"'
        + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("${", "$${").replace("%{", "%%{")
        + '"';
  }
}
