// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

/** Whether a worker makes packs of output directories. */
public enum OutputPacks {
  MADE,
  NOT_MADE
}
