// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What differs from one bounded bucket to another.
 *
 * @param footprint bytes that an object of a size takes
 * @param freeSpace of the disk that it lies on
 * @param journal file for what the next run should know; null if nothing outlives this one
 * @param owner whether this process is the one that evicts; another may hand that over
 * @param neighbour what lies on the same disk and within the same bounds
 */
record Place(
    LongUnaryOperator footprint,
    Room.FreeSpace freeSpace,
    @Nullable Path journal,
    BooleanSupplier owner,
    Neighbour neighbour) {
  Place(
      LongUnaryOperator footprint,
      Room.FreeSpace freeSpace,
      @Nullable Path journal,
      BooleanSupplier owner) {
    this(footprint, freeSpace, journal, owner, Neighbour.NONE);
  }
}
