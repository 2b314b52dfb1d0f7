// SPDX-License-Identifier: Apache-2.0
package build.please.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A mistake that somebody who writes such a server might make, as a change of our own source, and
 * the cases that notice it.
 *
 * @param id {@code BSW/03}: of section BSW
 * @param what the server does wrong
 * @param source file, from the root of the repository
 * @param anchor lines of the source that are replaced; blanks around them do not count
 * @param replacement lines that come in their place, maybe none
 * @param caughtBy titles of cases of the section, each of which fails with the fault planted
 */
public record PlantedFault(
    String id,
    String what,
    String source,
    List<String> anchor,
    List<String> replacement,
    List<String> caughtBy) {
  public PlantedFault {
    anchor = List.copyOf(anchor);
    replacement = List.copyOf(replacement);
    caughtBy = List.copyOf(caughtBy);
    if (source.isEmpty() || anchor.isEmpty() || caughtBy.isEmpty() || anchor.equals(replacement)) {
      throw new IllegalArgumentException(id + " is incomplete or changes nothing");
    }
  }

  public String section() {
    return id.substring(0, id.indexOf('/'));
  }

  /** How often the anchor is in the source; for a fault that can be planted, once. */
  public long anchorsIn(List<String> lines) {
    return places(lines).count();
  }

  /**
   * The source with the fault.
   *
   * @throws IllegalArgumentException if the anchor is not in it, or is more than once
   */
  List<String> plantIn(List<String> lines) {
    if (anchorsIn(lines) != 1) {
      throw new IllegalArgumentException(
          id + ": its anchor is in " + source + " " + anchorsIn(lines) + " times, not once");
    }
    int place = places(lines).findFirst().getAsInt();
    List<String> faulty = new ArrayList<>(lines.subList(0, place));
    faulty.addAll(replacement);
    faulty.addAll(lines.subList(place + anchor.size(), lines.size()));
    return faulty;
  }

  private IntStream places(List<String> lines) {
    return IntStream.rangeClosed(0, lines.size() - anchor.size())
        .filter(
            place ->
                IntStream.range(0, anchor.size())
                    .allMatch(i -> lines.get(place + i).strip().equals(anchor.get(i))));
  }
}
