// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.control;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/** Somebody to be told one thing, once, whether it happens before or after they ask. */
final class Listener {
  @GuardedBy("this")
  private Runnable listener = () -> {};

  @GuardedBy("this")
  private boolean due;

  void set(Runnable toTell) {
    synchronized (this) {
      listener = toTell;
      if (!due) {
        return;
      }
    }
    toTell.run();
  }

  void tell() {
    Runnable toTell;
    synchronized (this) {
      if (due) {
        return;
      }
      due = true;
      toTell = listener;
    }
    toTell.run();
  }
}
