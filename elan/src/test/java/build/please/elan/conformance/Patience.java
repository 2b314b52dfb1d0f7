// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import java.time.Duration;

/** How long a case waits for a server before it fails; no healthy one needs a fraction of it. */
final class Patience {
  static final Duration LIMIT =
      Duration.ofSeconds(Integer.getInteger("conformance.patience.seconds", 20));

  private Patience() {}
}
