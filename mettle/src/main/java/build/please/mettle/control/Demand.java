// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.control;

import java.time.Duration;
import java.util.Optional;

/** Who waits for operations, as one API server knows. Safe for concurrent use; does not block. */
public interface Demand {
  /**
   * For how long nobody has waited for the operation here; zero while somebody does, empty if it is
   * not known.
   */
  Optional<Duration> unwatchedFor(String operation);

  /** Whether it was ended without a worker: a client asked for that, or it waited too long. */
  boolean isCancelled(String operation);
}
