// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.logs;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One stream of a command that is running, as far as it has been printed. What can be read once
 * stays as it is and is the beginning of what will be stored. Safe for concurrent use; neither
 * method waits for the command.
 */
public interface LogTail {
  /** Bytes that have been printed, as far as is known here. */
  long available() throws IOException;

  /**
   * Puts bytes from {@code offset} on into the buffer.
   *
   * @return how many; zero or less if there is nothing here yet
   * @throws IOException if it cannot be read, or not any more
   */
  int read(ByteBuffer into, long offset) throws IOException;
}
