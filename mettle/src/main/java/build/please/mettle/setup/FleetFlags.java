// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.setup;

import build.please.mettle.pool.Pool;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

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
            + topics.deadLetters().replaceFirst("/topics/", "/subscriptions/")
            + config.pools().all().stream()
                .map(pool -> " --pool=" + pool)
                .collect(Collectors.joining()));
    for (PlannedSubscription subscription : plan.subscriptions()) {
      if (subscription.deadLetters().isPresent()) {
        lines.add(
            "for workers"
                + pool(config, subscription)
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

  private static String pool(SetupConfig config, PlannedSubscription subscription) {
    return config.pools().all().stream()
        .filter(pool -> pool.match().filter().equals(subscription.filter()))
        .map(Pool::name)
        .map(" of pool "::concat)
        .collect(Collectors.joining());
  }
}
