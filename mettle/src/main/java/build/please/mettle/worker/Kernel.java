// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.io.IOException;
import java.nio.file.Path;

/** What we ask of the operating system beyond what Java offers well. Safe for concurrent use. */
interface Kernel {
  /** What is sent to processes. */
  enum Signal {
    TERM(15),
    KILL(9),
    CONT(18);

    private final int number;

    Signal(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }
  }

  /**
   * Starts a program in a session, and so a process group, of its own: stdin empty, stdout and
   * stderr appended to the launch's files, no other file open but that for a report, no signal
   * blocked or ignored.
   *
   * @throws build.please.common.cas.MalformedException if the program cannot be started and never
   *     will (CMD-22)
   * @throws IOException if it cannot be started now
   */
  Child spawn(Launch launch) throws IOException;

  /** Sends a signal to one process, if it still exists and is ours to signal. */
  void signal(long pid, Signal signal);

  /** Sends a signal to every process of a group, if there is one and it is ours to signal. */
  void signalGroup(long leader, Signal signal);

  /** Makes a link whose target is exactly this text (DIR-07). */
  void symlink(String target, Path link) throws IOException;

  /** A program that was started. */
  interface Child {
    long pid();

    /**
     * Waits for the program's end, kills what is left of its group, and says how it ended. Called
     * once. Blocks without heed to interrupts.
     */
    Exit await() throws IOException;

    /** Sends a signal to the whole group. Does nothing once {@link #await} has seen the end. */
    void signal(Signal signal);
  }
}
