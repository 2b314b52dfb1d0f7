// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.setup;

import java.util.ArrayList;
import java.util.List;

/** A plan as commands of gcloud for a POSIX shell. */
public final class GcloudText {
  private GcloudText() {}

  public static String of(Plan plan) {
    List<String> lines = new ArrayList<>();
    lines.add("set -eu");
    if (plan.grants().stream().anyMatch(one -> one.member().contains(Planner.PROJECT_NUMBER))) {
      String project = ResourceName.parse(plan.topics().get(0)).project();
      lines.add(
          Planner.PROJECT_NUMBER
              + "=$(gcloud projects describe "
              + quoted(project)
              + " --format='value(projectNumber)')");
    }
    for (String topic : plan.topics()) {
      lines.add("gcloud pubsub topics create " + quoted(topic));
    }
    plan.subscriptions().forEach(one -> lines.add(create(one)));
    plan.grants().forEach(one -> lines.add(grant(one)));
    return String.join("\n", lines) + "\n";
  }

  private static String create(PlannedSubscription one) {
    List<String> words = new ArrayList<>();
    words.add("gcloud pubsub subscriptions create " + quoted(one.name()));
    words.add("--topic=" + quoted(one.topic()));
    if (one.order() == PlannedSubscription.Order.KEPT) {
      words.add("--enable-message-ordering");
    }
    words.add("--ack-deadline=" + one.ackDeadline().toSeconds());
    words.add("--message-retention-duration=" + one.retention().toSeconds() + "s");
    words.add(
        "--expiration-period=" + one.expiry().map(ttl -> ttl.toSeconds() + "s").orElse("never"));
    one.deadLetters()
        .ifPresent(
            policy -> {
              words.add("--dead-letter-topic=" + quoted(policy.topic()));
              words.add("--max-delivery-attempts=" + policy.attempts());
            });
    if (!one.filter().isEmpty()) {
      words.add("--message-filter=" + quoted(one.filter()));
    }
    return String.join(" \\\n  ", words);
  }

  private static String grant(Grant grant) {
    return "gcloud pubsub "
        + ResourceName.parse(grant.resource()).kind()
        + " add-iam-policy-binding "
        + quoted(grant.resource())
        + " \\\n  --role="
        + grant.role()
        + " --member="
        + member(grant.member());
  }

  private static String member(String member) {
    int number = member.indexOf(Planner.PROJECT_NUMBER);
    return number < 0
        ? quoted(member)
        : member.substring(0, number)
            + "\"$"
            + Planner.PROJECT_NUMBER
            + "\""
            + member.substring(number + Planner.PROJECT_NUMBER.length());
  }

  private static String quoted(String text) {
    return text.matches("[A-Za-z0-9_@%+=:,./-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
