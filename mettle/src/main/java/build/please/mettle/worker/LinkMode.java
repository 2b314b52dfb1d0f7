// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

/** How files come into input roots. */
public enum LinkMode {
  /** As further names of files that are shared; copied where that is not possible. */
  HARD,
  /** As copies that share their blocks where the file system can; else as plain copies. */
  REFLINK,
  /** As copies. */
  NEVER
}
