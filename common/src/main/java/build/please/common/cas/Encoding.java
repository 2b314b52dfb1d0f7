// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

/**
 * The form in which the bytes of a blob travel or rest. The digest always names the identity form.
 */
public enum Encoding {
  /** The bytes themselves. */
  IDENTITY,
  /** One or more zstd frames that decode to the bytes. */
  ZSTD
}
