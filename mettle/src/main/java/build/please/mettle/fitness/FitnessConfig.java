// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.fitness;

import build.please.common.cas.BlobStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * What makes a worker unfit.
 *
 * @param minFreeBytes on the disk that actions run on
 * @param memoryThreshold percent of the memory in use
 * @param connectivity a page that must be reachable, if any
 */
public record FitnessConfig(
    long minFreeBytes, double memoryThreshold, Optional<Connectivity> connectivity) {

  /**
   * The checks of a worker.
   *
   * @param directory where its actions run
   * @param blobs where their inputs come from and their outputs go
   * @param writable what is known of whether {@code blobs} takes writes; must not block
   */
  public List<Check> checks(Path directory, BlobStore blobs, BooleanSupplier writable) {
    List<Check> checks =
        new ArrayList<>(
            List.of(
                new DiskSpace(directory, minFreeBytes),
                new MemoryUse(memoryThreshold),
                new StoreAnswers(blobs, writable)));
    connectivity.ifPresent(checks::add);
    return checks;
  }
}
