// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.time.Clock;

/**
 * What differs from one store in files to another.
 *
 * @param bootId names this run of the kernel
 */
record FileBucketConfig(Sync sync, Clock clock, String bootId) {
  static FileBucketConfig of(Sync sync, Clock clock) {
    return new FileBucketConfig(sync, clock, BootId.current());
  }
}
