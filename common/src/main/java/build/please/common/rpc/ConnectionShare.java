// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * What the streams of one connection hold of the budget together, and those of them that wait for a
 * part of it. Guarded by the {@link ReceivedBytes} that it belongs to.
 */
final class ConnectionShare {
  /** Small messages before large ones, then those first that came first. */
  final PriorityQueue<Reception> waiting =
      new PriorityQueue<>(
          Comparator.comparing(Reception::isLarge).thenComparingLong(stream -> stream.ticket));

  /** Bytes. */
  long charged;
}
