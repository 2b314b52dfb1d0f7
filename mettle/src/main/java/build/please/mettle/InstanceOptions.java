// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import build.please.common.cas.MalformedException;
import build.please.common.cas.ResourceName;
import build.please.common.cli.UsageException;
import picocli.CommandLine.Option;

/** What the Elan that stores for us knows us by. */
final class InstanceOptions {
  @Option(
      names = {"-i", "--instance_name"},
      paramLabel = "NAME",
      description = "Instance name towards the Elan that --storage names (default: mettle).")
  private String name = "mettle";

  /**
   * @throws UsageException if it cannot be part of a resource name
   */
  String name() {
    try {
      ResourceName.checkInstance(name);
    } catch (MalformedException e) {
      throw new UsageException("--instance_name '" + name + "': " + e.getMessage());
    }
    return name;
  }
}
