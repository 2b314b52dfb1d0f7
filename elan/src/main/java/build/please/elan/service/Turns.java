// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/**
 * Decides who ends a call: one of its own callbacks, a timer, or another call. The first one does
 * and may send the answer; all others find it ended. What the call holds is let go of exactly once,
 * and never under a callback that is using it. Safe for concurrent use.
 */
final class Turns {
  @GuardedBy("this")
  private boolean inCallback;

  @GuardedBy("this")
  private boolean ended;

  @GuardedBy("this")
  private Runnable letGo = Turns::nothing;

  /** Begins a callback, unless the call has ended. To be followed by {@link #leave}. */
  synchronized boolean enter() {
    if (ended) {
      return false;
    }
    inCallback = true;
    return true;
  }

  /** Ends a callback; lets go if the call ended meanwhile. */
  void leave() {
    take(State.LEFT).run();
  }

  /**
   * Ends the call from inside of one of its callbacks, of which there is never more than one.
   *
   * @param whatItHolds lets go of it, before this returns
   * @return whether this ended it
   */
  boolean endInside(Runnable whatItHolds) {
    synchronized (this) {
      if (ended) {
        return false;
      }
      ended = true;
    }
    whatItHolds.run();
    return true;
  }

  /**
   * Ends the call from anywhere.
   *
   * @param whatItHolds lets go of it; run here, or by the callback that is under way as it leaves
   * @return whether this ended it
   */
  boolean end(Runnable whatItHolds) {
    synchronized (this) {
      if (ended) {
        return false;
      }
      ended = true;
      letGo = whatItHolds;
    }
    take(State.ENDED).run();
    return true;
  }

  /**
   * As {@link #end}, but only while no callback is under way, so that it lets go before it returns.
   */
  boolean endIfIdle(Runnable whatItHolds) {
    synchronized (this) {
      if (ended || inCallback) {
        return false;
      }
      ended = true;
    }
    whatItHolds.run();
    return true;
  }

  synchronized boolean isEnded() {
    return ended;
  }

  private enum State {
    LEFT,
    ENDED
  }

  private synchronized Runnable take(State state) {
    if (state == State.LEFT) {
      inCallback = false;
    }
    if (!ended || inCallback) {
      return Turns::nothing;
    }
    Runnable taken = letGo;
    letGo = Turns::nothing;
    return taken;
  }

  private static void nothing() {}
}
