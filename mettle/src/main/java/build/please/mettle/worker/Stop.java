// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.util.ArrayList;
import java.util.List;

/**
 * A wish to end, raised at most once and never taken back. Safe for concurrent use.
 *
 * <p>It exists because a thread inside file I/O must not be interrupted: that would close the file
 * for everybody (fault J1).
 */
public final class Stop {
  private final List<Runnable> listeners = new ArrayList<>();
  private boolean raised;

  /** Tells every listener, on the caller's thread. Further calls do nothing. */
  public void raise() {
    List<Runnable> toTell;
    synchronized (this) {
      if (raised) {
        return;
      }
      raised = true;
      toTell = List.copyOf(listeners);
      listeners.clear();
    }
    toTell.forEach(Runnable::run);
  }

  public synchronized boolean isRaised() {
    return raised;
  }

  /**
   * Has {@code listener} run when the wish is raised, at once if it was already. Close to take it
   * off.
   */
  public Registration onRaise(Runnable listener) {
    synchronized (this) {
      if (!raised) {
        listeners.add(listener);
        return () -> remove(listener);
      }
    }
    listener.run();
    return () -> {};
  }

  private synchronized void remove(Runnable listener) {
    listeners.remove(listener);
  }

  /** A listener's place in the list. */
  public interface Registration extends AutoCloseable {
    @Override
    void close();
  }
}
