// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ReceivedBytesTest {
  private static final int MEGABYTE = 1 << 20;
  private static final int WINDOW = 64 << 10;

  // Six of it for large messages.
  private final ReceivedBytes budget = new ReceivedBytes(8 * MEGABYTE, WINDOW);
  private final ConnectionShare connection = new ConnectionShare();

  /** A stream with a message that begins to arrive. */
  private final class Sender {
    long opened;
    final Reception stream;
    final List<Status> ends = new ArrayList<>();

    Sender(ConnectionShare connection, int declared) {
      stream = new Reception(connection, bytes -> opened += bytes);
      budget.handler(stream, ends::add);
      begin(declared);
    }

    Sender(int declared) {
      this(connection, declared);
    }

    void begin(int declared) {
      budget.announced(stream, declared);
      budget.begun(stream);
    }

    boolean send(int bytes) {
      return budget.take(stream, bytes);
    }

    void deliver() {
      budget.delivered(stream);
    }
  }

  /** Takes all that large messages may have. */
  private Sender full() {
    Sender sender = new Sender(6 * MEGABYTE);
    assertTrue(sender.send(WINDOW));
    assertEquals(6 * MEGABYTE, budget.charged());
    return sender;
  }

  private void looks(int count) {
    for (int i = 0; i < count; i++) {
      budget.look();
    }
  }

  @Test
  void message_hasItsPlaceUntilItIsHandled() {
    Sender sender = new Sender(MEGABYTE);
    assertTrue(sender.send(WINDOW));
    assertTrue(sender.send(MEGABYTE - WINDOW));
    sender.deliver();
    assertEquals(MEGABYTE, budget.charged());
    budget.handled(sender.stream);
    assertEquals(0, budget.charged());
    assertEquals(MEGABYTE, sender.opened);
  }

  @Test
  void partWithinTheWindow_needsNoPlace_andItsRestGoesOn() {
    full();
    Sender sender = new Sender(MEGABYTE);
    assertTrue(sender.send(1000));
    assertEquals(6 * MEGABYTE, budget.charged());
    assertEquals(0, sender.opened);

    sender.deliver();
    assertEquals(1000, sender.opened);
    assertEquals(7 * MEGABYTE, budget.charged());
  }

  @Test
  void fullBudget_makesOthersWait_untilAMessageIsHandled() {
    Sender holder = full();
    Sender waiter = new Sender(MEGABYTE);
    assertFalse(waiter.send(WINDOW));
    holder.deliver();
    assertEquals(0, waiter.opened);

    budget.handled(holder.stream);
    assertEquals(WINDOW, waiter.opened);
    assertTrue(waiter.send(WINDOW));
  }

  @Test
  void messagesAskedForAhead_keepTheWindowShut_whileTheyAreMoreThanItHolds() {
    Sender sender = new Sender(WINDOW / 4 * 3);
    sender.send(WINDOW / 4);
    sender.deliver();
    assertEquals(WINDOW / 4, sender.opened);
    sender.begin(WINDOW / 2);
    sender.send(WINDOW / 4);
    sender.deliver();
    assertEquals(WINDOW / 4, sender.opened);

    budget.handled(sender.stream);
    assertEquals(WINDOW / 2, sender.opened);
  }

  @Test
  void messagesDelivered_areHandledOneByOne() {
    Sender sender = new Sender(1000);
    sender.deliver();
    sender.begin(2000);
    sender.deliver();
    budget.handled(sender.stream);
    assertEquals(2000, budget.charged());
  }

  @Test
  void smallMessages_goOnBesideLargeOnes() {
    full();
    assertFalse(new Sender(MEGABYTE).send(WINDOW));
    Sender small = new Sender(ReceivedBytes.SMALL);
    assertTrue(small.send(WINDOW));
    assertEquals(WINDOW, small.opened);
  }

  @Test
  void largeMessage_isNotOvertakenByAShorterOne() {
    Sender holder = full();
    Sender first = new Sender(6 * MEGABYTE);
    first.send(WINDOW);
    Sender second = new Sender(MEGABYTE);
    second.send(WINDOW);

    budget.closed(holder.stream);
    assertEquals(WINDOW, first.opened);
    assertEquals(0, second.opened);
  }

  @Test
  void connectionThatHoldsLess_goesFirst() {
    Sender one = new Sender(3 * MEGABYTE);
    one.send(WINDOW);
    Sender two = new Sender(3 * MEGABYTE);
    two.send(WINDOW);
    Sender more = new Sender(3 * MEGABYTE);
    more.send(WINDOW);
    Sender other = new Sender(new ConnectionShare(), 3 * MEGABYTE);
    other.send(WINDOW);

    budget.closed(one.stream);
    assertEquals(WINDOW, other.opened);
    assertEquals(0, more.opened);
  }

  @Test
  void clientThatGoesAway_freesItsPlace_andItsTurn() {
    Sender holder = full();
    Sender waiter = new Sender(MEGABYTE);
    waiter.send(WINDOW);
    Sender next = new Sender(MEGABYTE);
    next.send(WINDOW);
    budget.closed(waiter.stream);
    budget.closed(holder.stream);
    assertEquals(0, waiter.opened);
    assertEquals(WINDOW, next.opened);

    budget.closed(next.stream);
    assertEquals(0, budget.charged());
  }

  @Test
  void closedStream_countsWhileItsHandlerIsBusy() {
    Sender sender = new Sender(MEGABYTE);
    sender.send(WINDOW);
    sender.deliver();
    budget.closed(sender.stream);
    assertEquals(MEGABYTE, budget.charged());
    budget.ended(sender.stream);
    assertEquals(0, budget.charged());
  }

  @Test
  void callThatEnded_freesItsPlace_beforeItsClientHears() {
    Sender holder = full();
    Sender waiter = new Sender(MEGABYTE);
    waiter.send(WINDOW);
    budget.ended(holder.stream);
    assertEquals(WINDOW, waiter.opened);

    budget.closed(holder.stream);
    assertEquals(MEGABYTE, budget.charged());
  }

  @Test
  void messageAfterTheEndOfItsHandler_doesNotCount() {
    Sender sender = new Sender(MEGABYTE);
    budget.ended(sender.stream);
    sender.send(WINDOW);
    sender.deliver();
    assertEquals(0, budget.charged());
  }

  @Test
  void restOfAWholeMessage_doesNotWait() {
    full();
    Sender waiter = new Sender(WINDOW + 200_000);
    assertFalse(waiter.send(WINDOW));
    waiter.deliver();
    assertEquals(WINDOW, waiter.opened);

    waiter.begin(1000);
    assertTrue(waiter.send(1000));
  }

  @Test
  void standingStill_endsACall_onlyWhileOthersWait() {
    Sender holder = full();
    looks(2 * ArrivingMessages.PATIENCE);
    assertEquals(List.of(), holder.ends);

    Sender waiter = new Sender(MEGABYTE);
    waiter.send(WINDOW);
    looks(2);
    assertEquals(
        List.of(Status.Code.RESOURCE_EXHAUSTED),
        holder.ends.stream().map(Status::getCode).toList());
    assertEquals(List.of(), waiter.ends);
  }

  @Test
  void movingSlowly_isNotStandingStill_tricklingIs() {
    Sender moving = new Sender(3 * MEGABYTE);
    moving.send(WINDOW);
    Sender trickling = new Sender(3 * MEGABYTE);
    trickling.send(WINDOW);
    new Sender(MEGABYTE).send(WINDOW);
    for (int i = 0; i < 3 * ArrivingMessages.PATIENCE; i++) {
      moving.send(ArrivingMessages.LEAST / ArrivingMessages.PATIENCE + 1);
      trickling.send(1);
      looks(1);
    }
    assertEquals(List.of(), moving.ends);
    assertFalse(trickling.ends.isEmpty());
  }

  @Test
  void handlerThatTakesItsTime_isNotTheFaultOfItsClient() {
    Sender holder = full();
    holder.deliver();
    new Sender(MEGABYTE).send(WINDOW);
    looks(2 * ArrivingMessages.PATIENCE);
    assertEquals(List.of(), holder.ends);
  }
}
