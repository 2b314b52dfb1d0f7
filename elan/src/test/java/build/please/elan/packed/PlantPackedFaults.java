// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import build.please.faults.Planting;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No part of the ordinary build: {@code bin/plant-faults} runs it. */
final class PlantPackedFaults {
  @Test
  void everyFault_isCaught(@TempDir Path scratch) throws Exception {
    Planting planting = new Planting(PlantedPackedFaultsTest.FAULTS, PackedRun.class);

    assertEquals(List.of(), planting.survivors(scratch));
  }
}
