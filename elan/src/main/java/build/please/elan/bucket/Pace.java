// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

/** How soon a bucket does things with small objects, as a rule; disks have their bad days. */
public enum Pace {
  /** A network is in between, or nobody knows. */
  SLOW,
  /** Looking and reading are done in microseconds; writing waits for the disk or makes a file. */
  QUICK_READS,
  /** All of it is done in microseconds. */
  QUICK;

  /** Whether looking and reading are quick. */
  public boolean hasQuickReads() {
    return this != SLOW;
  }

  /** Whether writing is quick as well. */
  public boolean hasQuickWrites() {
    return this == QUICK;
  }
}
