// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.mettle.meter.WorkerMeters;
import java.io.IOException;
import java.time.Duration;

/**
 * What runs share of the machine that they run on.
 *
 * @param cache of input files
 * @param meters hear of what runs do
 */
record Machine(
    Kernel kernel, Timer timer, Workspace workspace, FileCache cache, WorkerMeters meters) {
  /**
   * Takes what the configuration says.
   *
   * @throws IOException if actions cannot have directories there, or the cache cannot be used
   */
  static Machine open(WorkerConfig config, WorkerMeters meters) throws IOException {
    Kernel kernel = Kernels.choose(config.host().fileNames());
    FileCache cache = openCache(config.inputs(), meters);
    Timer timer = new Timer();
    try {
      Workspace workspace = Workspace.open(config.directory(), new StrayProcesses(kernel, timer));
      return new Machine(kernel, timer, workspace, cache, meters);
    } catch (IOException e) {
      timer.close();
      cache.close();
      throw new IOException("actions cannot run in " + config.directory() + ": " + e, e);
    }
  }

  private static FileCache openCache(InputConfig config, WorkerMeters meters) throws IOException {
    try {
      return FileCache.open(config.cacheDirectory(), config.cacheMaxBytes(), meters::lookedUp);
    } catch (IOException e) {
      throw new IOException("inputs cannot be kept in " + config.cacheDirectory() + ": " + e, e);
    }
  }

  /** Waits for removals that are under way, for so long at most. */
  void close(Duration patience) {
    timer.close();
    workspace.close(patience);
    cache.close();
  }
}
