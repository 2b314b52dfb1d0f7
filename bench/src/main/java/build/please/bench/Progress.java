// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import java.io.PrintStream;

/** Says what is going on: on one line of a terminal, or one line for each workload elsewhere. */
final class Progress {
  private static final int WIDTH = 100;

  private final PrintStream err;
  private final boolean terminal;
  private final long start = System.nanoTime();
  private int done;
  private int all;
  private String last = "";

  Progress(PrintStream err, boolean terminal) {
    this.err = err;
    this.terminal = terminal;
  }

  /** So many workloads are to come. */
  void expect(int count) {
    all = count;
  }

  void at(String what, String step) {
    String text =
        String.format(
            "[%d/%d, %d s] %s", done + 1, all, (System.nanoTime() - start) / 1_000_000_000, what);
    if (terminal) {
      String line = text + ": " + step;
      err.print("\r" + String.format("%-" + WIDTH + "." + WIDTH + "s", line));
      err.flush();
    } else if (!what.equals(last)) {
      err.println(text);
    }
    last = what;
  }

  /** One workload is over; the line is free for other output. */
  void next() {
    done++;
    clear();
  }

  void clear() {
    if (terminal) {
      err.print("\r" + " ".repeat(WIDTH) + "\r");
      err.flush();
    }
  }
}
