// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.mettle.meter.WorkerMeters;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What runs share of the machine that they run on.
 *
 * @param cache of input files
 * @param confinements for commands
 * @param meters hear of what runs do
 */
record Machine(
    Kernel kernel,
    Timer timer,
    Workspace workspace,
    FileCache cache,
    Confinement.Source confinements,
    WorkerMeters meters) {
  private static final Logger log = LoggerFactory.getLogger(Machine.class);

  /**
   * Takes what the configuration says.
   *
   * @throws IOException if actions cannot have directories there, or the limits that were asked
   *     for, or the cache cannot be used
   */
  static Machine open(WorkerConfig config, WorkerMeters meters) throws IOException {
    Kernel kernel = Kernels.choose(config.host().fileNames());
    FileCache cache = openCache(config.inputs(), meters);
    Timer timer = new Timer();
    try {
      Confinement.Source confinements = confinements(config.limits(), timer, meters);
      return new Machine(
          kernel, timer, openWorkspace(config, kernel, timer), cache, confinements, meters);
    } catch (IOException e) {
      timer.close();
      cache.close();
      throw e;
    }
  }

  private static Workspace openWorkspace(WorkerConfig config, Kernel kernel, Timer timer)
      throws IOException {
    try {
      return Workspace.open(config.directory(), new StrayProcesses(kernel, timer));
    } catch (IOException e) {
      throw new IOException("actions cannot run in " + config.directory() + ": " + e, e);
    }
  }

  /** What is not asked for is only told of. */
  private static Confinement.Source confinements(
      ActionLimits limits, Timer timer, WorkerMeters meters) throws IOException {
    ControlSupport support = ControlSupport.look(Path.of("/proc/self"), ControlFiles.KERNEL);
    for (ActionLimits.Kind kind : ActionLimits.Kind.values()) {
      meters.limit(kind.controller(), support.has(kind));
    }
    if (!limits.asked().isEmpty()) {
      return ControlGroups.open(support, limits, ControlFiles.KERNEL, timer);
    }
    if (!support.faults().isEmpty()) {
      log.info("actions cannot be limited here: {}", support.complaint());
    }
    return Confinement.Source.NONE;
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
