// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.setup;

import build.please.common.cas.Digest;
import build.please.mettle.pool.FilterText;
import build.please.mettle.pool.Match;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Makes what a {@link Plan} wants and is not there, changes what differs, and tells what it does,
 * line by line. What fits is left alone, so that a second run changes nothing. Nothing is deleted.
 *
 * <p>Not safe for concurrent use.
 */
public final class Setup {
  private final Admin admin;
  private final Consumer<String> teller;
  private final List<String> problems = new ArrayList<>();
  private int changes;

  /**
   * Does nothing yet.
   *
   * @param teller hears a line for each thing that was made or changed, or that one should know
   */
  public Setup(Admin admin, Consumer<String> teller) {
    this.admin = admin;
    this.teller = teller;
  }

  /**
   * Makes and changes. Blocks for some calls for each thing of the plan.
   *
   * @return what is there now, which has other names for the subscriptions of a pool if the match
   *     changed
   * @throws IOException if something is forbidden or cannot be reached; what was made stays
   */
  public Plan apply(Plan wanted) throws IOException {
    Plan plan = rename(wanted);
    for (String topic : plan.topics()) {
      topic(topic);
    }
    for (PlannedSubscription subscription : plan.subscriptions()) {
      subscription(subscription);
    }
    grant(plan.grants());
    warnOfOthers(plan.subscriptions());
    if (changes == 0 && problems.isEmpty()) {
      teller.accept("everything is there already; nothing was changed");
    }
    return plan;
  }

  /** What is not as it should be and cannot be made so; one line each. */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  /** A filter cannot be changed, so that another one takes another subscription. */
  private Plan rename(Plan wanted) throws IOException {
    Map<String, String> names = new LinkedHashMap<>();
    List<PlannedSubscription> subscriptions = new ArrayList<>();
    for (PlannedSubscription one : wanted.subscriptions()) {
      PlannedSubscription renamed = one;
      if (!one.filter().isEmpty() && hasOtherFilter(one)) {
        renamed = one.with(one.name() + "-" + hash(one.filter()), one.filter());
        names.put(one.name(), renamed.name());
      }
      subscriptions.add(renamed);
    }
    List<Grant> grants =
        wanted.grants().stream()
            .map(
                one ->
                    new Grant(
                        names.getOrDefault(one.resource(), one.resource()),
                        one.role(),
                        one.member()))
            .toList();
    return new Plan(wanted.topics(), subscriptions, grants);
  }

  private boolean hasOtherFilter(PlannedSubscription wanted) throws IOException {
    Optional<PlannedSubscription> found = admin.subscription(wanted.name());
    return found.isPresent() && !found.get().filter().equals(wanted.filter());
  }

  private static String hash(String filter) {
    return Digest.of(ByteString.copyFromUtf8(filter)).hash().substring(0, 8);
  }

  private void topic(String name) throws IOException {
    if (!admin.hasTopic(name)) {
      admin.createTopic(name);
      changed("made " + name);
    }
  }

  private void subscription(PlannedSubscription wanted) throws IOException {
    Optional<PlannedSubscription> found = admin.subscription(wanted.name());
    if (found.isEmpty()) {
      admin.create(wanted);
      changed("made " + wanted.name() + filtered(wanted));
      return;
    }
    PlannedSubscription there = found.get();
    for (Property property : Property.differing(there, wanted, Property.Change.NEVER)) {
      problems.add(
          wanted.name()
              + " has "
              + property.of(there)
              + " and should have "
              + property.of(wanted)
              + ", which Pub/Sub does not let one change: delete it when nobody uses it, and set up"
              + " again");
    }
    List<Property> differing = Property.differing(there, wanted, Property.Change.POSSIBLE);
    if (!differing.isEmpty()) {
      admin.update(wanted, EnumSet.copyOf(differing));
      changed(
          "changed "
              + wanted.name()
              + differing.stream()
                  .map(one -> one.of(there) + " to " + one.of(wanted))
                  .collect(Collectors.joining(", ", ": ", "")));
    }
  }

  private static String filtered(PlannedSubscription subscription) {
    return subscription.filter().isEmpty() ? "" : " for " + subscription.filter();
  }

  private void grant(List<Grant> all) throws IOException {
    if (all.stream().anyMatch(Setup::isUnknown)) {
      teller.accept(
          "without --project_number Pub/Sub's own account gets no permissions, and no request"
              + " becomes a dead letter unless it has them already");
    }
    Map<String, List<Grant>> byResource =
        all.stream()
            .filter(one -> !isUnknown(one))
            .collect(Collectors.groupingBy(Grant::resource, TreeMap::new, Collectors.toList()));
    for (Map.Entry<String, List<Grant>> entry : byResource.entrySet()) {
      Admin.Granted granted = admin.grant(entry.getKey(), entry.getValue());
      if (granted == Admin.Granted.NOT_HERE) {
        teller.accept("there are no permissions here, as in stand-ins for Pub/Sub; none were set");
        return;
      } else if (granted == Admin.Granted.NOW) {
        changed("permitted the use of " + entry.getKey());
      }
    }
  }

  private static boolean isUnknown(Grant grant) {
    return grant.member().contains(Planner.PROJECT_NUMBER);
  }

  /** Every subscription to a topic gets its own copy of a request. */
  private void warnOfOthers(List<PlannedSubscription> subscriptions) throws IOException {
    Set<String> planned = new HashSet<>();
    subscriptions.forEach(one -> planned.add(one.name()));
    for (PlannedSubscription wanted : subscriptions) {
      if (wanted.deadLetters().isEmpty()) {
        continue;
      }
      for (String name : admin.subscriptions(wanted.topic())) {
        Optional<PlannedSubscription> other =
            planned.contains(name) ? Optional.empty() : admin.subscription(name);
        if (other.isPresent() && takesTheSame(wanted, other.get())) {
          teller.accept(
              name
                  + " ("
                  + Property.FILTER.of(other.get())
                  + ") gets requests that "
                  + wanted.name()
                  + " gets too: workers on both run them twice; delete it when no worker uses it");
        }
      }
    }
  }

  private static boolean takesTheSame(PlannedSubscription one, PlannedSubscription other) {
    Optional<Match> match = FilterText.read(one.filter());
    Optional<Match> otherMatch = FilterText.read(other.filter());
    return match.isEmpty() || otherMatch.isEmpty() || match.get().overlaps(otherMatch.get());
  }

  private void changed(String line) {
    changes++;
    teller.accept(line);
  }
}
