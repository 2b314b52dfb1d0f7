// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.conformance;

import build.please.faults.PlantedFaults;
import build.please.faults.PlantedFaultsContract;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Of the sections about actions and workers. */
final class PlantedFaultsTest extends PlantedFaultsContract {
  static final PlantedFaults FAULTS = new PlantedFaults("CMD", "DIR", "WRK", "MET");

  private final List<Case> cases = Case.all(PlantedFaultsTest.class.getClassLoader());

  PlantedFaultsTest() throws IOException, ClassNotFoundException {
    super(FAULTS);
  }

  @Override
  protected Set<String> titles(String section) {
    return cases.stream()
        .filter(one -> one.isOf(section))
        .map(Case::title)
        .collect(Collectors.toSet());
  }
}
