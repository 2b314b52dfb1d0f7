// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

/** Bytes that are not the blob that their digest names. Nothing of them is stored. */
public final class BlobRejectedException extends CasException {
  private static final long serialVersionUID = 1L;

  public BlobRejectedException(String why) {
    super(why);
  }
}
