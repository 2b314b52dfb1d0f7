// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The list of planted faults keeps up with the sources and the cases; see {@link PlantFaults}. */
final class PlantedFaultsTest {
  private final List<PlantedFault> faults = new ArrayList<>();

  PlantedFaultsTest() throws IOException {
    for (String section : PlantedFaults.SECTIONS) {
      faults.addAll(PlantedFaults.of(section));
    }
  }

  @Test
  void everySection_hasTenFaults() throws IOException {
    for (String section : PlantedFaults.SECTIONS) {
      List<PlantedFault> ofSection = PlantedFaults.of(section);
      assertTrue(ofSection.size() >= 10, section);
      ofSection.forEach(fault -> assertEquals(section, fault.section()));
    }
  }

  @Test
  void everyFault_isUnlikeTheOthers() {
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
  void everyAnchor_isInItsSourceOnce() throws IOException {
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
  void everyCaseThatCaughtOne_exists() {
    for (PlantedFault fault : faults) {
      Set<String> titles =
          Rules.sections(fault.section()).stream()
              .flatMap(section -> section.cases().stream())
              .map(Case::title)
              .collect(Collectors.toSet());
      fault
          .caughtBy()
          .forEach(title -> assertTrue(titles.contains(title), fault.id() + " names " + title));
    }
  }
}
