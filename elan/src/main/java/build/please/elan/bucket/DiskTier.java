// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.nio.file.Path;

/**
 * Where copies of objects of a far bucket lie.
 *
 * @param directory is made if it is absent; its parent must exist
 * @param maxBytes of all of them
 */
public record DiskTier(Path directory, long maxBytes) {
  /**
   * @throws IllegalArgumentException if there is no room at all
   */
  public DiskTier {
    if (maxBytes <= 0) {
      throw new IllegalArgumentException("a cache on disk must have room for something");
    }
  }
}
