// SPDX-License-Identifier: Apache-2.0
package build.please.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where a run is made, and of what.
 *
 * @param command what the user said, as far as it can be said again elsewhere
 * @param root of the checkout
 * @param scratch where a fresh directory is made for the servers' data
 * @param output where the report goes
 * @param page what the figures go into as well
 * @param only what to run; everything if empty
 * @param reference the target that goals are set against
 * @param jvm options for our servers
 */
record RunConfig(
    String command,
    Path root,
    Path scratch,
    Path output,
    Optional<Path> page,
    List<String> only,
    Optional<String> reference,
    List<String> jvm) {

  /** Whether a workload is to be run. */
  boolean wants(String id, String benchmark) {
    return only.isEmpty()
        || only.stream()
            .anyMatch(
                name ->
                    id.startsWith(name)
                        || benchmark.equals(name)
                        || benchmark.matches(java.util.regex.Pattern.quote(name) + "[a-z]"));
  }
}
