// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import java.io.IOException;

/**
 * What can be wrong with a call to a store besides the store being out of order, which is any other
 * {@link IOException}. The edge turns each into its status code.
 */
public abstract sealed class CasException extends IOException
    permits BlobNotFoundException,
        BlobRejectedException,
        BusyException,
        MalformedException,
        StoreFullException {
  private static final long serialVersionUID = 1L;

  CasException(String message) {
    super(message);
  }
}
