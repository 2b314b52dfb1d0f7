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

  /** A line for API servers and one for the workers of each pool. */
  public static List<String> of(SetupConfig config, Plan plan) {
    SetupConfig.Topics topics = config.topics();
    List<String> lines = new ArrayList<>();
    lines.add(
        "for API servers, each with a suffix of its own: --request_queue="
            + SCHEME
            + topics.requests()
            + topics.batch().map(one -> " --batch_queue=" + SCHEME + one).orElse("")
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
      if (subscription.topic().equals(topics.requests())) {
        lines.add(
            "for workers"
                + pool(config, subscription)
                + ": --request_queue="
                + SCHEME
                + subscription.name()
                + batch(topics, subscription, plan)
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

  /** The subscription to batch requests of the same workers. */
  private static String batch(SetupConfig.Topics topics, PlannedSubscription requests, Plan plan) {
    return plan.subscriptions().stream()
        .filter(one -> topics.batch().filter(one.topic()::equals).isPresent())
        .filter(one -> one.filter().equals(requests.filter()))
        .map(one -> " --batch_queue=" + SCHEME + one.name())
        .collect(Collectors.joining());
  }

  private static String pool(SetupConfig config, PlannedSubscription subscription) {
    return config.pools().all().stream()
        .filter(pool -> pool.match().filter().equals(subscription.filter()))
        .map(Pool::name)
        .map(" of pool "::concat)
        .collect(Collectors.joining());
  }
}
