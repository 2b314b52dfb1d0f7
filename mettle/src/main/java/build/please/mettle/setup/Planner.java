// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.setup;

import build.please.mettle.pool.Match;
import build.please.mettle.setup.PlannedSubscription.DeadLetters;
import build.please.mettle.setup.PlannedSubscription.Order;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Works out from a {@link SetupConfig} what must be there. Asks nobody. */
public final class Planner {
  /** Stands for the project's number in the name of Pub/Sub's own account. */
  static final String PROJECT_NUMBER = "PROJECT_NUMBER";

  /** The least that Pub/Sub takes; a replica that is away for so long starts from its peers. */
  private static final Duration RESPONSE_EXPIRY = Duration.ofDays(1);

  /** Less than the expiry, as Pub/Sub wants it. By then every client has asked again. */
  private static final Duration RESPONSE_RETENTION = Duration.ofHours(12);

  private final SetupConfig config;
  private final SetupConfig.Topics topics;

  private Planner(SetupConfig config) {
    this.config = config;
    this.topics = config.topics();
  }

  public static Plan plan(SetupConfig config) {
    return new Planner(config).plan();
  }

  private Plan plan() {
    List<PlannedSubscription> requests = requestTopics().flatMap(this::requests).toList();
    List<PlannedSubscription> responses = responses();
    PlannedSubscription dead = deadLetters();
    List<PlannedSubscription> all = new ArrayList<>(requests);
    all.addAll(responses);
    all.add(dead);
    List<String> named = new ArrayList<>(requestTopics().toList());
    named.add(topics.responses());
    named.add(topics.deadLetters());
    return new Plan(named, all, grants(names(requests), names(responses), dead.name()));
  }

  private Stream<String> requestTopics() {
    return Stream.concat(Stream.of(topics.requests()), topics.batch().stream());
  }

  private Stream<PlannedSubscription> requests(String topic) {
    return config.pools().isEmpty()
        ? Stream.of(requests(topic, subscription(topic), Match.EVERYTHING))
        : config.pools().all().stream()
            .map(pool -> requests(topic, subscription(topic) + "-" + pool.name(), pool.match()));
  }

  private PlannedSubscription requests(String topic, String name, Match match) {
    return new PlannedSubscription(
        name,
        topic,
        Order.ANY,
        config.rules().ackDeadline(),
        config.rules().retention(),
        Optional.empty(),
        Optional.of(new DeadLetters(topics.deadLetters(), config.rules().attempts())),
        match.filter());
  }

  private List<PlannedSubscription> responses() {
    List<PlannedSubscription> responses = new ArrayList<>();
    for (int replica = 0; replica < config.responses().replicas(); replica++) {
      responses.add(
          new PlannedSubscription(
              subscription(topics.responses()) + config.responses().suffix(replica),
              topics.responses(),
              Order.KEPT,
              config.rules().ackDeadline(),
              RESPONSE_RETENTION,
              Optional.of(RESPONSE_EXPIRY),
              Optional.empty(),
              ""));
    }
    return responses;
  }

  private PlannedSubscription deadLetters() {
    return new PlannedSubscription(
        subscription(topics.deadLetters()),
        topics.deadLetters(),
        Order.ANY,
        config.rules().ackDeadline(),
        config.rules().retention(),
        Optional.empty(),
        Optional.empty(),
        "");
  }

  /** A policy for dead letters without these grants does nothing at all. */
  private List<Grant> grants(List<String> requests, List<String> responses, String dead) {
    List<Grant> grants = new ArrayList<>();
    String number = config.accounts().projectNumber().map(String::valueOf).orElse(PROJECT_NUMBER);
    String own = "serviceAccount:service-" + number + "@gcp-sa-pubsub.iam.gserviceaccount.com";
    grants.add(new Grant(topics.deadLetters(), Grant.PUBLISHER, own));
    requests.forEach(name -> grants.add(new Grant(name, Grant.SUBSCRIBER, own)));
    for (String api : config.accounts().api()) {
      requestTopics().forEach(topic -> add(grants, topic, Grant.PUBLISHER, api));
      add(grants, topics.responses(), Grant.PUBLISHER, api);
      add(grants, topics.deadLetters(), Grant.PUBLISHER, api);
      responses.forEach(name -> add(grants, name, Grant.SUBSCRIBER, api));
      add(grants, dead, Grant.SUBSCRIBER, api);
    }
    for (String worker : config.accounts().worker()) {
      requests.forEach(name -> add(grants, name, Grant.SUBSCRIBER, worker));
      add(grants, topics.responses(), Grant.PUBLISHER, worker);
      add(grants, topics.deadLetters(), Grant.PUBLISHER, worker);
    }
    return grants;
  }

  /** Who uses a thing also looks, when it starts, whether the thing is there. */
  private static void add(List<Grant> grants, String resource, String role, String member) {
    grants.add(new Grant(resource, role, member));
    grants.add(new Grant(resource, Grant.VIEWER, member));
  }

  private static String subscription(String topic) {
    return topic.replaceFirst("/topics/", "/subscriptions/");
  }

  private static List<String> names(List<PlannedSubscription> subscriptions) {
    return subscriptions.stream().map(PlannedSubscription::name).toList();
  }
}
