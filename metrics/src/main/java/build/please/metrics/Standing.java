// SPDX-License-Identifier: Apache-2.0
package build.please.metrics;

/** Who asks for a page, as far as that matters. */
public enum Standing {
  /** Nobody that the server knows. */
  STRANGER,
  /** Somebody who may not administer it. */
  OTHER,
  /** Somebody who may. */
  ADMINISTRATOR
}
