// SPDX-License-Identifier: Apache-2.0
package build.please.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A list of planted faults keeps up with the sources and the cases; see {@link Planting}. */
public abstract class PlantedFaultsContract {
  private final PlantedFaults list;
  private final List<PlantedFault> faults = new ArrayList<>();

  protected PlantedFaultsContract(PlantedFaults list) throws IOException {
    this.list = list;
    for (String section : list.sections()) {
      faults.addAll(list.of(section));
    }
  }

  /** Of all cases of a section. */
  protected abstract Set<String> titles(String section);

  @Test
  final void everySection_hasTenFaults() throws IOException {
    for (String section : list.sections()) {
      List<PlantedFault> ofSection = list.of(section);
      assertTrue(ofSection.size() >= 10, section);
      ofSection.forEach(fault -> assertEquals(section, fault.section()));
    }
  }

  @Test
  final void everyFault_isUnlikeTheOthers() {
    Set<String> ids = new HashSet<>();
    Set<List<Object>> changes = new HashSet<>();
    for (PlantedFault fault : faults) {
      assertTrue(ids.add(fault.id()), fault.id());
      assertTrue(
          changes.add(
              List.of(fault.section(), fault.source(), fault.anchor(), fault.replacement())),
          fault.id());
    }
  }

  @Test
  final void everyAnchor_isInItsSourceOnce() throws IOException {
    List<String> gone = new ArrayList<>();
    for (PlantedFault fault : faults) {
      long anchors = fault.anchorsIn(PlantedFaults.source(fault));
      if (anchors != 1) {
        gone.add(fault.id() + " is in " + fault.source() + " " + anchors + " times");
      }
    }

    assertEquals(List.of(), gone);
  }

  @Test
  final void everyCaseThatCaughtOne_exists() {
    for (PlantedFault fault : faults) {
      Set<String> titles = titles(fault.section());
      fault
          .caughtBy()
          .forEach(title -> assertTrue(titles.contains(title), fault.id() + " names " + title));
    }
  }
}
