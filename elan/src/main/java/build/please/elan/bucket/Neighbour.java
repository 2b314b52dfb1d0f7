// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.io.IOException;

/**
 * The part of a store that does not lie in files of its own, but on the same disk and within the
 * same bounds.
 */
interface Neighbour {
  /** There is none. */
  Neighbour NONE =
      new Neighbour() {
        @Override
        public long bytes() {
          return 0;
        }

        @Override
        public long claimedBytes() {
          return 0;
        }

        @Override
        public long objects() {
          return 0;
        }

        @Override
        public long evictedObjects() {
          return 0;
        }

        @Override
        public long evictedBytes() {
          return 0;
        }

        @Override
        public long keptObjects() {
          return 0;
        }

        @Override
        public long oldest() {
          return Long.MAX_VALUE;
        }

        @Override
        public boolean evict() {
          return false;
        }
      };

  /** Bytes on the disk. */
  long bytes();

  /** As {@link #bytes}, and those that it may take without asking. */
  long claimedBytes();

  /** As {@link Occupancy} has it. */
  long objects();

  /** As {@link Occupancy} has it. */
  long evictedObjects();

  /** As {@link Occupancy} has it. */
  long evictedBytes();

  /** As {@link Occupancy} has it. */
  long keptObjects();

  /** How old that is which goes next, in seconds since 1970; the greatest if nothing may. */
  long oldest();

  /** Lets some of that go, and says whether any did. */
  boolean evict() throws IOException;
}
