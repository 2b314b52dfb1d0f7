// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One budget for all messages that came, whole or in part, and were not handled yet. Safe for
 * concurrent use; never blocks.
 *
 * <p>Flow control ends with the first byte of a message: what a call has asked for is taken in
 * whole before the call sees it, so a thousand clients that each send a part of a large one fill
 * the memory (fault J8). Here a message that is longer than the window of its stream gets a place
 * of its whole length before the window opens again, and keeps it until it is handled. So whoever
 * was let in can finish, and the budget cannot fill with parts that wait for each other.
 *
 * <p>When it is full, streams wait and hold no more than their window. The next place goes to the
 * connection that holds the least, so that a client that fills the budget is in its own way first.
 * A quarter is left to small messages, which go ahead of all others. A message that stands still in
 * its place while others wait for one loses it: its call ends with RESOURCE_EXHAUSTED, on which
 * clients try again.
 */
final class ReceivedBytes {
  /** Messages up to this length are small. */
  static final int SMALL = 128 << 10;

  /** How often to look for messages that stand still, while streams wait. */
  static final Duration LOOK = Duration.ofMillis(500);

  private static final Status STALLED =
      Status.RESOURCE_EXHAUSTED.withDescription(
          "the message stood still while others waited for memory");

  private final long limit;
  private final long limitOfLarge;
  private final int window;

  @GuardedBy("this")
  private final WaitingStreams waiting = new WaitingStreams();

  @GuardedBy("this")
  private final ArrivingMessages arriving = new ArrivingMessages();

  @GuardedBy("this")
  private long charged;

  @GuardedBy("this")
  private boolean looking;

  /**
   * @param limit bytes, at least twice as many as a message may have
   * @param window bytes that each stream may send unasked
   */
  ReceivedBytes(long limit, int window) {
    this.limit = limit;
    this.limitOfLarge = limit / 4 * 3;
    this.window = window;
  }

  /** Bytes that are charged now. */
  synchronized long charged() {
    return charged;
  }

  /** The begin of a message of this length came. */
  synchronized void announced(Reception stream, int length) {
    stream.announced.add(length);
  }

  /** The call has asked for a message, and the begin of one is there. */
  synchronized void begun(Reception stream) {
    Integer length = stream.announced.poll();
    stream.declared = length == null ? 0 : length;
  }

  /**
   * Bytes that were asked for were moved out of the window, which is opened by as many now or
   * later.
   *
   * @return whether the stream may go on
   */
  boolean take(Reception stream, int bytes) {
    List<Runnable> opened = new ArrayList<>();
    boolean goesOn;
    synchronized (this) {
      if (stream.over) {
        return true;
      }
      stream.withheld += bytes;
      stream.moved += bytes;
      if (stream.granted || stream.declared == 0) {
        open(stream, opened);
      } else if (!stream.waiting && stream.withheld >= window / 2) {
        waiting.add(stream);
        letIn(opened);
      }
      goesOn = !stream.waiting;
    }
    opened.forEach(Runnable::run);
    return goesOn;
  }

  /**
   * The message is whole and on its way to the handler. A call may ask for several ahead; the
   * window stays shut while more than it holds is not handled.
   */
  void delivered(Reception stream) {
    List<Runnable> opened = new ArrayList<>();
    synchronized (this) {
      if (stream.granted) {
        stream.granted = false;
        arriving.remove(stream);
      } else {
        // All of it was within the window. What the handler is given counts anyway.
        waiting.remove(stream);
        charge(stream, stream.declared);
      }
      stream.delivered.add(stream.declared);
      stream.inHand += stream.declared;
      if (stream.end == null) {
        letGo(stream, Integer.MAX_VALUE);
      }
      stream.declared = 0;
      openUnlessMuchIsInHand(stream, opened);
    }
    opened.forEach(Runnable::run);
  }

  /** The handler is done with the message that it was given first. */
  void handled(Reception stream) {
    List<Runnable> opened = new ArrayList<>();
    synchronized (this) {
      letGo(stream, 1);
      if (!stream.waiting) {
        openUnlessMuchIsInHand(stream, opened);
      }
      letIn(opened);
    }
    opened.forEach(Runnable::run);
  }

  /**
   * The handler has ended, and with it the call, whether the client hears of that or goes on. What
   * it was given and what was on its way does not count any more.
   */
  void ended(Reception stream) {
    List<Runnable> opened = new ArrayList<>();
    synchronized (this) {
      stream.end = null;
      letGo(stream, Integer.MAX_VALUE);
      stop(stream);
      letIn(opened);
    }
    opened.forEach(Runnable::run);
  }

  /** The stream is no more. What its handler was given counts until that is done with it. */
  void closed(Reception stream) {
    List<Runnable> opened = new ArrayList<>();
    synchronized (this) {
      stop(stream);
      letIn(opened);
    }
    opened.forEach(Runnable::run);
  }

  /**
   * A handler began, and will call {@link #ended}.
   *
   * @param end ends the call
   */
  synchronized void handler(Reception stream, Consumer<Status> end) {
    stream.end = end;
  }

  /** Ends what stands still in a while, and as long as streams wait. */
  @SuppressWarnings("FutureReturnValueIgnored") // Nobody waits for it.
  synchronized void watch(ScheduledExecutorService timer) {
    if (!looking) {
      looking = true;
      timer.schedule(
          () -> {
            look();
            watchOn(timer);
          },
          LOOK.toNanos(),
          TimeUnit.NANOSECONDS);
    }
  }

  private synchronized void watchOn(ScheduledExecutorService timer) {
    looking = false;
    if (!waiting.isEmpty()) {
      watch(timer);
    }
  }

  /** Ends the calls whose message stands still, if others wait and did at the last look. */
  void look() {
    List<Consumer<Status>> ended = new ArrayList<>();
    synchronized (this) {
      boolean pressing = waiting.look();
      List<Reception> stalled = arriving.look();
      if (!pressing) {
        return;
      }
      for (Reception stream : stalled) {
        if (stream.end != null) {
          ended.add(stream.end);
        }
      }
    }
    ended.forEach(end -> end.accept(STALLED));
  }

  /** Of more than one message; the one that is handled now is in nobody's way. */
  @GuardedBy("this")
  private void openUnlessMuchIsInHand(Reception stream, List<Runnable> opened) {
    if (stream.inHand <= window || stream.delivered.size() <= 1) {
      open(stream, opened);
    }
  }

  /** Gives places to those who wait, as far as there are any. */
  @GuardedBy("this")
  private void letIn(List<Runnable> opened) {
    for (Reception next; (next = waiting.first()) != null; ) {
      if (charged + next.declared > (next.isLarge() ? limitOfLarge : limit)) {
        return;
      }
      waiting.remove(next);
      next.granted = true;
      arriving.add(next);
      charge(next, next.declared);
      open(next, opened);
    }
  }

  /** Nothing more comes from it. */
  @GuardedBy("this")
  private void stop(Reception stream) {
    stream.over = true;
    waiting.remove(stream);
    if (stream.granted) {
      stream.granted = false;
      arriving.remove(stream);
      charge(stream, -stream.declared);
    }
  }

  @GuardedBy("this")
  private void letGo(Reception stream, int messages) {
    Integer length;
    for (int i = 0; i < messages && (length = stream.delivered.poll()) != null; i++) {
      charge(stream, -length);
      stream.inHand -= length;
    }
  }

  @GuardedBy("this")
  private void charge(Reception stream, long bytes) {
    charged += bytes;
    stream.connection.charged += bytes;
  }

  private static void open(Reception stream, List<Runnable> opened) {
    int bytes = stream.withheld;
    if (bytes > 0) {
      stream.withheld = 0;
      opened.add(() -> stream.window.open(bytes));
    }
  }
}
