// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

/** What a record has survived by the time its append returns. */
public enum Durability {
  /** The death of the process. */
  NONE,

  /** A power cut; appends at the same time share one force. */
  GROUP,

  /** A power cut; each append forces by itself. */
  ALWAYS
}
