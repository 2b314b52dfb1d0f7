// SPDX-License-Identifier: Apache-2.0
package build.please.elan.faultyfs;

/** What can be asked of a file system, and can fail. */
public enum Operation {
  /** Opening a file that is there. */
  OPEN,
  /** Making a new file. */
  CREATE,
  READ,
  WRITE,
  /** Forcing a file or a directory to disk. */
  FORCE,
  MOVE,
  DELETE,
  MAKE_DIRECTORY,
  /** Looking at attributes. */
  STAT,
  LIST
}
