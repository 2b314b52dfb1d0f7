// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import java.io.IOException;

/** Room on the disk, for which others may have to go. */
public interface Space {
  /** As much as anybody wants. */
  Space UNBOUNDED =
      new Space() {
        @Override
        public void reserve(long bytes) {}

        @Override
        public void release(long bytes) {}
      };

  /**
   * Sets bytes aside.
   *
   * @throws build.please.common.cas.StoreFullException if there are not as many
   */
  void reserve(long bytes) throws IOException;

  /** Gives them back, or they are taken now. */
  void release(long bytes);
}
