// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import build.please.faults.PlantedFaults;
import build.please.faults.PlantedFaultsContract;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Of the packed store, whose faults no client can be made to show. */
final class PlantedPackedFaultsTest extends PlantedFaultsContract {
  static final PlantedFaults FAULTS = new PlantedFaults("PCK");

  private final List<PackedCase> cases =
      PackedCase.all(PlantedPackedFaultsTest.class.getClassLoader());

  PlantedPackedFaultsTest() throws IOException, ClassNotFoundException {
    super(FAULTS);
  }

  @Override
  protected Set<String> titles(String section) {
    return cases.stream().map(PackedCase::title).collect(Collectors.toSet());
  }
}
