// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.Digest;
import java.io.IOException;

/** The stored bytes of a blob are not what its digest names. It has been discarded. */
final class CorruptBlobException extends IOException {
  private static final long serialVersionUID = 1L;

  CorruptBlobException(Digest digest) {
    super("stored blob " + digest + " was corrupt and has been discarded");
  }
}
