// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.setup;

import java.util.ArrayList;
import java.util.List;

/** The flags with which servers find what a {@link Plan} made. */
public final class FleetFlags {
  private static final String SCHEME = "gcppubsub://";

  private FleetFlags() {}

  /** A line for API servers and one for workers; a line more for workers on batch requests. */
  public static List<String> of(SetupConfig config, Plan plan) {
    SetupConfig.Topics topics = config.topics();
    List<String> lines = new ArrayList<>();
    lines.add(
        "for API servers, each with a suffix of its own: --request_queue="
            + SCHEME
            + topics.requests()
            + " --pre_response_queue="
            + SCHEME
            + topics.responses()
            + " --response_queue="
            + SCHEME
            + topics.responses().replaceFirst("/topics/", "/subscriptions/")
            + " --response_queue_suffix="
            + config.responses().suffix(0)
            + " --dead_letter_subscription="
            + SCHEME
            + topics.deadLetters().replaceFirst("/topics/", "/subscriptions/"));
    for (PlannedSubscription subscription : plan.subscriptions()) {
      if (subscription.deadLetters().isPresent()) {
        lines.add(
            "for workers"
                + config.pool().map(pool -> " of pool " + pool.name()).orElse("")
                + (subscription.topic().equals(topics.requests()) ? "" : " on batch requests")
                + ": --request_queue="
                + SCHEME
                + subscription.name()
                + " --response_queue="
                + SCHEME
                + topics.responses()
                + " --dead_letter_queue="
                + SCHEME
                + topics.deadLetters());
      }
    }
    return lines;
  }
}
