// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import io.grpc.Context;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one stream has sent and nobody has handled yet. Its state is guarded by the {@link
 * ReceivedBytes} that it belongs to, through which all of it goes.
 */
final class Reception {
  /** In the context of a call that came over a socket. */
  static final Context.Key<Reception> KEY = Context.key("reception");

  /** Lets the client send more; called on any thread, never under a lock. */
  interface Window {
    void open(int bytes);
  }

  final ConnectionShare connection;
  final Window window;

  /** Lengths of messages that began to arrive and that the call has not asked for yet. */
  final Deque<Integer> announced = new ArrayDeque<>(2);

  /** Length of the message that arrives now; 0 between messages. */
  int declared;

  /** Whether that message has its place in the budget. */
  boolean granted;

  /** Whether it is in the queue for one, */
  boolean waiting;

  /** and since when, counted in streams. */
  long ticket;

  /** Lengths of messages that the call was given and is not done with. */
  final Deque<Integer> delivered = new ArrayDeque<>(2);

  /** Bytes of these messages. */
  int inHand;

  /** Bytes after which the client was not yet told to go on. */
  int withheld;

  /** Bytes that came since the last look at it that found it to move. */
  int moved;

  /** Looks since then, or since it began to wait. */
  int looks;

  /** Whether nothing more comes of it. */
  boolean over;

  /** Ends the call; absent unless its handler runs. */
  @Nullable Consumer<Status> end;

  Reception(ConnectionShare connection, Window window) {
    this.connection = connection;
    this.window = window;
  }

  boolean isLarge() {
    return declared > ReceivedBytes.SMALL;
  }
}
