// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.fitness;

import java.time.Duration;
import java.util.Optional;

/** Something without which a worker should take no work. */
public interface Check {
  /** One word for what it looks at, for logs and metrics: {@code disk}. */
  String subject();

  /**
   * Looks. May block for some seconds, unless it {@linkplain #isQuick() is quick}. Called by one
   * thread at a time.
   *
   * @return what is wrong, for people; empty if nothing is
   */
  Optional<String> fault();

  /** How long an answer that nothing is wrong is good for. */
  Duration period();

  /** Whether a look is so cheap that every slot may take one before each action. */
  default boolean isQuick() {
    return false;
  }
}
