// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.util.Map;
import java.util.Set;

/**
 * Which commands run in which sandbox.
 *
 * @param asked for commands whose environment says {@code SANDBOX=true}
 * @param others for all others
 */
public record SandboxConfig(Sandbox asked, Sandbox others) {
  public static final SandboxConfig NONE =
      new SandboxConfig(new Sandbox.None(), new Sandbox.None());

  /** Where the reference's sandboxes show the input root to commands, if both are programs. */
  private static final String TOOLS_ROOT = "/tmp/plz_sandbox";

  Sandbox of(Map<String, String> environment) {
    return "true".equals(environment.get("SANDBOX")) ? asked : others;
  }

  /** Where commands see their input root, which is at {@code root}. */
  String visibleRoot(String root) {
    return asked instanceof Sandbox.Tool && others instanceof Sandbox.Tool ? TOOLS_ROOT : root;
  }

  /** All that there are, each once. */
  Set<Sandbox> all() {
    return asked.equals(others) ? Set.of(asked) : Set.of(asked, others);
  }
}
