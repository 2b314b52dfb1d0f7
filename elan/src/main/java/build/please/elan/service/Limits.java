// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

/** Sizes that the services both advertise and enforce. */
public final class Limits {
  /**
   * Bytes of blobs in one batch, on the wire; below gRPC's default limit of 4 MiB for a message.
   */
  public static final long BATCH_BYTES = 4_048_000;

  /** Bytes that any client accepts in one message, overhead included (GEN-20). */
  static final long MESSAGE_BYTES = 4L << 20;

  /** Bytes of directories in one message of GetTree (GTR-09). */
  static final int TREE_MESSAGE_BYTES = 1024 * 1024;

  private Limits() {}
}
