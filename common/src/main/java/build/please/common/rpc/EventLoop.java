// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

/**
 * What handlers may ask about the event loop that {@link QuickCalls} run on. While one of them
 * waits there, so does every other call of all the connections that share the loop.
 */
public final class EventLoop {
  private static final ThreadLocal<EventLoop> OF_THREAD = ThreadLocal.withInitial(EventLoop::new);

  /** Whether the thread runs a task of a call that has not left the loop. */
  private boolean here;

  /** Whether what runs can be begun again elsewhere. */
  private boolean mayLeave;

  /** Whether what runs was begun on the loop before. */
  private boolean again;

  private EventLoop() {}

  /**
   * To be called by whoever may block, or take more than a millisecond, and has had no effect yet
   * that must not come twice. Returns at once if that harms nobody. On the event loop it throws
   * what unwinds the handler of a call with one request, which then runs again on a pool, from its
   * beginning; handlers must not catch it. Does nothing in streams of requests: these begin
   * elsewhere.
   */
  public static void mayTakeLong() {
    if (OF_THREAD.get().mayLeave) {
      throw new LeavesEventLoop();
    }
  }

  /** Whether the handler was unwound by {@link #mayTakeLong} before, and runs a second time. */
  public static boolean isSecondRun() {
    return OF_THREAD.get().again;
  }

  /** Whether the current thread is a loop that runs {@link #run}. */
  static boolean isHere() {
    return OF_THREAD.get().here;
  }

  /** Runs a task of a call that may stay on the loop. */
  static void run(Runnable task) {
    EventLoop loop = OF_THREAD.get();
    // What one call does may end another, whose task then runs inside of this one.
    boolean outer = loop.here;
    boolean outerMayLeave = loop.mayLeave;
    loop.here = true;
    loop.mayLeave = false;
    try {
      task.run();
    } finally {
      loop.here = outer;
      loop.mayLeave = outerMayLeave;
    }
  }

  /**
   * Runs a handler that {@link #mayTakeLong} may unwind.
   *
   * @return whether it ran to its end
   */
  static boolean tried(Runnable handler) {
    EventLoop loop = OF_THREAD.get();
    loop.mayLeave = true;
    try {
      handler.run();
      return true;
    } catch (LeavesEventLoop e) {
      return false;
    } finally {
      loop.mayLeave = false;
    }
  }

  /** Runs a handler that was unwound. */
  static void runAgain(Runnable handler) {
    EventLoop loop = OF_THREAD.get();
    loop.again = true;
    try {
      handler.run();
    } finally {
      loop.again = false;
    }
  }
}
