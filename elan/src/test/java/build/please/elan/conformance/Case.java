// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import java.util.List;
import java.util.Set;

/**
 * One thing to see.
 *
 * @param rules that it shows
 * @param name of the situation and its result
 * @param settings where it can be seen
 */
record Case(List<String> rules, String name, Set<Setting> settings, Body body) {
  Case {
    rules = List.copyOf(rules);
    settings = Set.copyOf(settings);
  }

  /** Acts and asserts. The server is shared with other cases: use blobs of one's own. */
  @FunctionalInterface
  interface Body {
    void run(TestedElan elan) throws Exception;
  }

  String title() {
    return String.join(", ", rules) + ": " + name;
  }
}
