// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.io.IOException;

/** What runs share of the machine that they run on. */
record Machine(Kernel kernel, Timer timer, Workspace workspace) {
  /**
   * @throws IOException if actions cannot have directories where the configuration says
   */
  static Machine open(WorkerConfig config) throws IOException {
    Kernel kernel = Kernels.choose(config.host().fileNames());
    Timer timer = new Timer();
    try {
      Workspace workspace = Workspace.open(config.directory(), new StrayProcesses(kernel, timer));
      return new Machine(kernel, timer, workspace);
    } catch (IOException e) {
      timer.close();
      throw new IOException("actions cannot run in " + config.directory() + ": " + e, e);
    }
  }
}
