// SPDX-License-Identifier: Apache-2.0
package build.please.bench.floor;

import java.io.IOException;
import java.util.function.BooleanSupplier;

/** Work that one thread does again and again. */
public interface RawLoop {
  /**
   * Does the work as often as it is told.
   *
   * @param goOn asked before each time
   * @return how often it was done
   */
  int run(BooleanSupplier goOn) throws IOException;
}
