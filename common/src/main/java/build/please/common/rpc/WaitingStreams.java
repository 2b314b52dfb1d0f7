// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The streams that wait for a place in the budget: small messages before large ones, then those of
 * the connection that holds the least, then those that came first. Not safe for concurrent use.
 */
final class WaitingStreams {
  private static final Comparator<Reception> ORDER =
      Comparator.comparing(Reception::isLarge)
          .thenComparingLong(stream -> stream.connection.charged)
          .thenComparingLong(stream -> stream.ticket);

  private final Set<ConnectionShare> connections = new LinkedHashSet<>();
  private long tickets;

  void add(Reception stream) {
    stream.waiting = true;
    stream.looks = 0;
    stream.ticket = tickets++;
    stream.connection.waiting.add(stream);
    connections.add(stream.connection);
  }

  /** Nothing happens if it is not among them. */
  void remove(Reception stream) {
    if (stream.waiting) {
      stream.waiting = false;
      stream.connection.waiting.remove(stream);
      if (stream.connection.waiting.isEmpty()) {
        connections.remove(stream.connection);
      }
    }
  }

  boolean isEmpty() {
    return connections.isEmpty();
  }

  /** Whose turn it is, if anybody's. */
  @Nullable Reception first() {
    return connections.stream()
        .map(connection -> connection.waiting.element())
        .min(ORDER)
        .orElse(null);
  }

  /** Whether one of them waits that did at the last look. */
  boolean look() {
    boolean before = false;
    for (ConnectionShare connection : connections) {
      for (Reception stream : connection.waiting) {
        before |= ++stream.looks > 1;
      }
    }
    return before;
  }
}
