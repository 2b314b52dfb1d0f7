// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import com.github.luben.zstd.ZstdException;
import java.io.IOException;

/** Bytes that are no zstd data, or none that we decode, and never will be. */
public final class CorruptZstdException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String why;

  CorruptZstdException(ZstdException cause) {
    super(cause);
    this.why = "zstd data cannot be decoded: " + cause.getMessage();
  }

  @Override
  public String getMessage() {
    return why;
  }
}
