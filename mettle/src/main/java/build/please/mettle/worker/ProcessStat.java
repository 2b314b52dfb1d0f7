// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What everybody may know of a process.
 *
 * @param state one letter, as proc(5) lists them
 * @param session the process that made the session; its number is not given to another while the
 *     session has members
 * @param hasTerminal whether it can be stopped from a keyboard
 * @param hasRun whether it runs a program of its own, and not still its parent's
 * @param isKernels whether it is a thread of the kernel, which runs no program ever
 * @param isExiting whether its first thread ends, or has ended: it starts nothing any more, and
 *     even we may not see what it was
 * @param threads how many it has, an ended first one included, after which the others may live on
 * @param startTicks when it started, in the kernel's own unit; a child's is never less than its
 *     parent's
 */
record ProcessStat(
    char state,
    long parent,
    long session,
    boolean hasTerminal,
    boolean hasRun,
    boolean isKernels,
    boolean isExiting,
    long threads,
    long startTicks) {
  /** That of a process that is no more. */
  static final ProcessStat GONE = new ProcessStat('X', 0, 0, false, false, false, true, 0, 0);

  /** The kernel's PF_EXITING. */
  private static final long EXITING = 0x4;

  /** The kernel's PF_FORKNOEXEC. */
  private static final long FORKED_ONLY = 0x40;

  /** The kernel's PF_KTHREAD. */
  private static final long KERNEL_THREAD = 0x200000;

  private static final int STATE = 0;
  private static final int PARENT = 1;
  private static final int SESSION = 3;
  private static final int TERMINAL = 4;
  private static final int FLAGS = 6;
  private static final int THREADS = 17;
  private static final int START = 19;

  /** Empty if there is no such process any more, or no /proc. */
  static Optional<ProcessStat> read(Path process) {
    try {
      byte[] bytes = Files.readAllBytes(process.resolve("stat"));
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      // The name before it is the program's to choose, blanks and brackets included.
      String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
      long flags = Long.parseLong(fields[FLAGS]);
      return Optional.of(
          new ProcessStat(
              fields[STATE].charAt(0),
              Long.parseLong(fields[PARENT]),
              Long.parseLong(fields[SESSION]),
              !fields[TERMINAL].equals("0"),
              (flags & FORKED_ONLY) == 0,
              (flags & KERNEL_THREAD) != 0,
              (flags & EXITING) != 0,
              Long.parseLong(fields[THREADS]),
              Long.parseLong(fields[START])));
    } catch (IOException | RuntimeException goneOrUnknown) {
      return Optional.empty();
    }
  }

  /** Whether its first thread has ended already; with the last one only a parent waits for it. */
  boolean isDead() {
    return state == 'Z' || state == 'X';
  }
}
