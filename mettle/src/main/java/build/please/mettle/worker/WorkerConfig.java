// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What the slots of one worker have in common.
 *
 * @param directory where every action gets a fresh directory; made if absent
 * @param name who this worker is, for clients and logs
 * @param version what its operator calls what runs here, for metrics; may be empty
 * @param defaultTimeout for actions that ask for none
 * @param maxTimeout actions that ask for more are refused
 * @param killGrace between the polite signal to a command that ran out of time and the last one
 * @param logLimitBytes kept of each of stdout and stderr
 * @param host what actions may see of the worker's own surroundings
 * @param inputs how they come to actions
 * @param sandboxes what commands run in
 * @param limits of each command
 * @param packs whether output directories get some
 * @param costs of the worker's time, told with every result
 */
public record WorkerConfig(
    Path directory,
    String name,
    String version,
    Duration defaultTimeout,
    Duration maxTimeout,
    Duration killGrace,
    long logLimitBytes,
    Host host,
    InputConfig inputs,
    SandboxConfig sandboxes,
    ActionLimits limits,
    OutputPacks packs,
    Costs costs) {
  /**
   * The worker's own surroundings, as far as they matter to commands.
   *
   * @param path its {@code PATH}, searched for programs that the Command's does not hold
   * @param home what {@code ~} in a Command's {@code PATH} stands for
   * @param fileNames how this Java runtime encodes file names ({@code sun.jnu.encoding})
   */
  public record Host(String path, String home, Charset fileNames) {}

  /** With the limits that hold unless somebody sets others. */
  public static WorkerConfig standard(Path directory, String name, Host host) {
    return new WorkerConfig(
        directory,
        name,
        "",
        Duration.ofHours(1),
        Duration.ofHours(6),
        Duration.ofSeconds(5),
        64L << 20,
        host,
        InputConfig.standard(directory.resolve("cache")),
        SandboxConfig.NONE,
        ActionLimits.NONE,
        OutputPacks.NOT_MADE,
        Costs.NONE);
  }

  /** The same with other inputs. */
  public WorkerConfig withInputs(InputConfig other) {
    return new WorkerConfig(
        directory,
        name,
        version,
        defaultTimeout,
        maxTimeout,
        killGrace,
        logLimitBytes,
        host,
        other,
        sandboxes,
        limits,
        packs,
        costs);
  }
}
