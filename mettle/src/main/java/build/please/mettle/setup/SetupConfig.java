// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.setup;

import build.please.mettle.pool.Pools;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * What a fleet should find in Cloud Pub/Sub.
 *
 * @param pools whose workers get subscriptions of their own; with none all workers share one
 */
public record SetupConfig(
    Topics topics, Responses responses, Rules rules, Pools pools, Accounts accounts) {

  /**
   * Full names of topics. The subscriptions that all workers or all API servers share have the
   * names of their topics.
   *
   * @param batch where requests go that can wait; empty if there is no such thing
   * @param deadLetters where requests go that were handed out too often
   */
  public record Topics(
      String requests, Optional<String> batch, String responses, String deadLetters) {}

  /**
   * The subscriptions of the API servers, one each.
   *
   * @param suffix of each one's name; {@value #ORDINAL} stands for its number, from 0
   */
  public record Responses(int replicas, String suffix) {
    public static final String ORDINAL = "%d";

    public Responses {
      if (replicas > 1 && !suffix.contains(ORDINAL)) {
        throw new IllegalArgumentException(
            "the suffix '" + suffix + "' is the same for all replicas; it must hold " + ORDINAL);
      }
    }

    String suffix(int replica) {
      return suffix.replace(ORDINAL, Integer.toString(replica));
    }
  }

  /**
   * What holds for all requests.
   *
   * @param attempts after so many deliveries a request is a dead letter
   * @param retention of requests and dead letters
   */
  public record Rules(Duration ackDeadline, int attempts, Duration retention) {
    public Rules {
      within("the ack deadline", ackDeadline, Duration.ofSeconds(10), Duration.ofSeconds(600));
      within("the retention", retention, Duration.ofMinutes(10), Duration.ofDays(31));
      if (attempts < 5 || attempts > 100) {
        throw new IllegalArgumentException(
            "Pub/Sub takes 5 to 100 delivery attempts, not " + attempts);
      }
    }

    private static void within(String what, Duration given, Duration least, Duration most) {
      if (given.compareTo(least) < 0
          || given.compareTo(most) > 0
          || !given.truncatedTo(ChronoUnit.SECONDS).equals(given)) {
        throw new IllegalArgumentException(
            what
                + " is whole seconds from "
                + least.toSeconds()
                + " to "
                + most.toSeconds()
                + " in Pub/Sub, not "
                + given.toMillis() / 1000.0);
      }
    }
  }

  /**
   * Who may do what.
   *
   * @param projectNumber by which Pub/Sub's own account is named; empty if nobody said
   * @param api members that API servers run as, such as {@code serviceAccount:NAME@…}
   * @param worker members that workers run as
   */
  public record Accounts(Optional<Long> projectNumber, List<String> api, List<String> worker) {
    public Accounts {
      api = List.copyOf(api);
      worker = List.copyOf(worker);
    }
  }
}
