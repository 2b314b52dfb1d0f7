// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

/** Bytes that are not the blob that their digest names. Nothing of them is stored. */
public final class BlobRejectedException extends CasException {
  private static final long serialVersionUID = 1L;

  /** What is wrong with the bytes. */
  public enum Fault {
    /** There are more or fewer than the digest says. */
    SIZE,
    /** Their hash is another, or they do not decode. */
    CONTENT
  }

  private final Fault fault;

  /** Bytes with a fault of their content. */
  public BlobRejectedException(String why) {
    this(Fault.CONTENT, why);
  }

  public BlobRejectedException(Fault fault, String why) {
    super(why);
    this.fault = fault;
  }

  public Fault fault() {
    return fault;
  }
}
