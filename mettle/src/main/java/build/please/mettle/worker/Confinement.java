// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.io.IOException;
import java.util.OptionalLong;

/** What holds the processes of one command together, and limits what they use. For one thread. */
interface Confinement extends AutoCloseable {
  /** Where they come from. Safe for concurrent use. */
  interface Source {
    /** Holds nothing together, and limits nothing. */
    Source NONE = directory -> new Unconfined();

    /**
     * A new one for one command.
     *
     * @throws IOException if there can be none now
     */
    Confinement open(WorkDirectory directory) throws IOException;
  }

  /** What became of a command's memory. */
  enum Memory {
    SUFFICED,
    /** It used more than its own limit, and was killed for that. */
    OVER_ITS_LIMIT,
    /** It was killed for want of memory, but not of its own. */
    LACKING_ELSEWHERE
  }

  /** The same launch, but inside. */
  Launch enter(Launch launch) throws IOException;

  /**
   * To be called when the command has ended.
   *
   * @throws IOException if it never was inside; it did not run then
   */
  void checkEntered() throws IOException;

  /** Kills whatever is inside. Does not wait. */
  void kill();

  /** Waits until nothing is inside, or nothing more helps, and says which. */
  boolean awaitEmpty();

  /** To be asked when the command has ended. */
  Memory memory();

  /** The most memory that was used inside at any time; empty if nobody knows. */
  OptionalLong peakBytes();

  /** Gives it up. Never throws: what stays goes when the next worker starts. */
  @Override
  void close();
}
