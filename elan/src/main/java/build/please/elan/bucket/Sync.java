// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

/** What an object in a file has survived by the time its commit returns. */
public enum Sync {
  /** The death of the process. After a power cut it may be absent, empty or short. */
  NONE,

  /** A power cut: its bytes and its name are on disk. Commits at the same time share the wait. */
  GROUP
}
