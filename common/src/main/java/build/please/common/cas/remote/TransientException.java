// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import java.io.IOException;

/** A failure that may be gone the next time. */
final class TransientException extends IOException {
  private static final long serialVersionUID = 1L;

  TransientException(String message, Throwable cause) {
    super(message, cause);
  }
}
