// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import picocli.CommandLine.Option;

/** For how long a server runs. Not in the help: it is for those who measure or warm up a start. */
public final class StartOptions {
  @Option(names = "--exit_after_start", hidden = true)
  private boolean exitAfterStart;

  /** What blocks until a stop is requested. */
  public interface Stop {
    void await() throws InterruptedException;
  }

  /** Waits for the stop, unless it was the start only that was asked for. */
  public void await(Stop stop) throws InterruptedException {
    if (!exitAfterStart) {
      stop.await();
    }
  }
}
