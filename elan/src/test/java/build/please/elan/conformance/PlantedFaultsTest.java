// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import build.please.faults.PlantedFaults;
import build.please.faults.PlantedFaultsContract;
import java.io.IOException;
import java.util.Set;
import java.util.stream.Collectors;

/** Of the sections that every server with a store has. */
final class PlantedFaultsTest extends PlantedFaultsContract {
  static final PlantedFaults FAULTS =
      new PlantedFaults("GEN", "CAP", "FMB", "BUB", "BRB", "GTR", "BSN", "BSR", "BSW", "BSQ", "AC");

  PlantedFaultsTest() throws IOException {
    super(FAULTS);
  }

  @Override
  protected Set<String> titles(String section) {
    return Rules.sections(section).stream()
        .flatMap(cases -> cases.cases().stream())
        .map(Case::title)
        .collect(Collectors.toSet());
  }
}
