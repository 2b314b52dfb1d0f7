// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.pool;

import java.util.List;
import java.util.TreeSet;

/** Workers that take some of the requests only. */
public record Pool(String name, Match match) {
  /** What the name of a subscription may hold. */
  private static final String NAME = "[A-Za-z0-9._~+%-]+";

  /**
   * @throws IllegalArgumentException if the name cannot be part of a subscription's; one line
   */
  public Pool {
    if (!name.matches(NAME)) {
      throw new IllegalArgumentException(
          "pool '" + name + "' cannot be part of a subscription's name");
    }
  }

  /**
   * From what a person typed: {@code NAME:TERM,TERM} with terms as in {@link Match#parse}, or
   * {@code NAME} for a pool that takes everything.
   *
   * @throws IllegalArgumentException if it is neither; one line
   */
  public static Pool parse(String text) {
    int colon = text.indexOf(':');
    return colon < 0
        ? new Pool(text, Match.EVERYTHING)
        : new Pool(
            text.substring(0, colon),
            Match.parse(List.of(text.substring(colon + 1).split(",", -1))));
  }

  /** As {@link #parse} reads it, for people. */
  @Override
  public String toString() {
    return match.equals(Match.EVERYTHING) ? name : name + ":" + match;
  }

  /** The names of the properties that matter here, in order. */
  TreeSet<String> properties() {
    TreeSet<String> properties = new TreeSet<>(match.values().keySet());
    properties.addAll(match.absent());
    return properties;
  }
}
