// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.mettle.worker.ActionLimits.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What this process may limit by cgroups. To look changes nothing.
 *
 * @param own where this process is; empty if there is no such place
 * @param faults why a limit is not possible, for each that is not
 */
record ControlSupport(Optional<Path> own, Map<Kind, String> faults) {
  ControlSupport {
    faults = Collections.unmodifiableMap(new EnumMap<>(faults));
  }

  private static ControlSupport none(String reason) {
    Map<Kind, String> faults = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      faults.put(kind, reason);
    }
    return new ControlSupport(Optional.empty(), faults);
  }

  /**
   * @param process its own directory in {@code /proc}
   */
  static ControlSupport look(Path process, ControlFiles files) {
    try {
      Path own = OwnControlGroup.find(process, files);
      Path home = ControlGroups.home(own);
      if (!files.isOurs(home) || !files.isOurs(home.resolve("cgroup.subtree_control"))) {
        return none("the cgroup " + home + " is not ours to divide");
      }
      List<String> controllers =
          List.of(files.read(home.resolve("cgroup.controllers")).strip().split(" ", -1));
      Map<Kind, String> faults = new EnumMap<>(Kind.class);
      for (Kind kind : Kind.values()) {
        if (!controllers.contains(kind.controller())) {
          faults.put(kind, "the cgroup " + home + " has no controller " + kind.controller());
        }
      }
      return new ControlSupport(Optional.of(own), faults);
    } catch (IOException e) {
      return none(String.valueOf(e.getMessage()));
    }
  }

  /** What is not possible, and why. */
  String complaint() {
    return faults.entrySet().stream()
        .map(fault -> fault.getKey().controller() + " (" + fault.getValue() + ")")
        .collect(Collectors.joining(", "));
  }

  boolean has(Kind kind) {
    return !faults.containsKey(kind);
  }
}
