// SPDX-License-Identifier: Apache-2.0
package build.please.elan.fakegcs;

/** The kinds of requests. */
public enum Call {
  STAT,
  MEDIA,
  CREATE,
  BEGIN,
  PIECE,
  QUERY,
  LIST,
  DELETE,
  PATCH,
  BATCH
}
