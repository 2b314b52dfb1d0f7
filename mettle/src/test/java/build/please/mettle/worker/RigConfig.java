// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.nio.file.Path;
import java.time.Duration;

/** What a {@link Rig} is told, one part after the other. */
final class RigConfig {
  private final WorkerConfig standard;
  Duration killGrace = Duration.ofMillis(300);
  long logLimitBytes = 1 << 20;
  WorkerConfig.Host host;
  InputConfig inputs;
  SandboxConfig sandboxes;
  ActionLimits limits;
  OutputPacks packs;
  Costs costs;

  RigConfig(Path directory, Path cache) {
    standard =
        WorkerConfig.standard(
            directory,
            "worker-7",
            new WorkerConfig.Host("/usr/bin:/bin", "/home/mettle", Rig.FILE_NAMES));
    host = standard.host();
    inputs = InputConfig.standard(cache);
    sandboxes = standard.sandboxes();
    limits = standard.limits();
    packs = standard.packs();
    costs = standard.costs();
  }

  WorkerConfig whole() {
    return new WorkerConfig(
        standard.directory(),
        standard.name(),
        standard.version(),
        standard.defaultTimeout(),
        standard.maxTimeout(),
        killGrace,
        logLimitBytes,
        host,
        inputs,
        sandboxes,
        limits,
        packs,
        costs);
  }
}
