// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.conformance;

import java.util.Map;

/** Why rules that bind have no case. */
final class Excuses {
  /** Each reason begins with one of the two that count. */
  static final Map<String, String> ALL =
      Map.of(
          "WRK-22",
          "not advertised: symlink_absolute_path_strategy is ALLOWED, this is for DISALLOWED");

  private Excuses() {}

  /** Whether it is a reason at all. */
  static boolean counts(String reason) {
    return reason.startsWith("not advertised: ") || reason.startsWith("binds only the ");
  }
}
