// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.setup;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What makes and changes topics and subscriptions, by their full names. Every call blocks for some
 * seconds at most, and throws an {@link IOException} of one line, which names the thing, if it is
 * forbidden or there is no answer.
 */
public interface Admin extends AutoCloseable {
  /** What came of asking for permissions. */
  enum Granted {
    ALREADY,
    NOW,
    /** Nobody looks at permissions here; stand-ins for Pub/Sub do not. */
    NOT_HERE
  }

  boolean hasTopic(String name) throws IOException;

  void createTopic(String name) throws IOException;

  /** As it is now; empty if there is none. */
  Optional<PlannedSubscription> subscription(String name) throws IOException;

  void create(PlannedSubscription subscription) throws IOException;

  /** Makes these properties of a subscription those given, and leaves all others as they are. */
  void update(PlannedSubscription subscription, Set<Property> properties) throws IOException;

  /** The subscriptions of a topic. */
  List<String> subscriptions(String topic) throws IOException;

  /** Adds what is missing; takes nothing away. All are on one thing. */
  Granted grant(String resource, List<Grant> grants) throws IOException;

  @Override
  void close();
}
