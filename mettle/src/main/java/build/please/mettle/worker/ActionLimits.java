// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import java.util.EnumSet;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What one action may use of the machine, at most; unlimited where empty.
 *
 * @param memoryBytes of all its processes together, files that it holds in the page cache included
 * @param cores how many it may keep busy
 */
public record ActionLimits(OptionalLong memoryBytes, OptionalDouble cores) {
  public static final ActionLimits NONE =
      new ActionLimits(OptionalLong.empty(), OptionalDouble.empty());

  /** What can be limited. */
  enum Kind {
    MEMORY("memory"),
    CPU("cpu");

    private final String controller;

    Kind(String controller) {
      this.controller = controller;
    }

    /** What the kernel calls it. */
    String controller() {
      return controller;
    }
  }

  /** What an action did that was killed for its use of memory. */
  String excess() {
    return "used more than the " + memoryBytes.orElse(0) + " bytes of memory that it may";
  }

  Set<Kind> asked() {
    Set<Kind> asked = EnumSet.noneOf(Kind.class);
    if (memoryBytes.isPresent()) {
      asked.add(Kind.MEMORY);
    }
    if (cores.isPresent()) {
      asked.add(Kind.CPU);
    }
    return asked;
  }
}
