// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.setup;

import java.util.List;

/**
 * Everything that should be there, in the order in which it is made.
 *
 * @param topics full names
 */
public record Plan(
    List<String> topics, List<PlannedSubscription> subscriptions, List<Grant> grants) {
  public Plan {
    topics = List.copyOf(topics);
    subscriptions = List.copyOf(subscriptions);
    grants = List.copyOf(grants);
  }
}
