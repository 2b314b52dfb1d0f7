// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads in steps. A channel copies through a direct buffer as large as what it is asked for, and
 * keeps one for each thread: with many threads that is more than all else together.
 */
final class ShortReads extends FilterInputStream {
  /** Bytes that are moved at once, in either direction. */
  static final int STEP = 64 << 10;

  ShortReads(InputStream in) {
    super(in);
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    return in.read(buffer, offset, Math.min(length, STEP));
  }
}
