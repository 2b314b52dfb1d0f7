// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32C;

/**
 * The bytes of a copy. One that was read from its beginning and turns out to be damaged is dropped,
 * and its reader gets an exception before the last byte, on which it may ask again.
 */
final class CopyStream extends FilterInputStream {
  private final long crc;
  private final boolean whole;
  private final Runnable drop;
  private final CRC32C seen = new CRC32C();
  private long left;

  /**
   * @param left bytes from {@code offset} on
   * @param crc of all of them
   */
  CopyStream(InputStream in, long left, long crc, long offset, Runnable drop) {
    super(in);
    this.left = left;
    this.crc = crc;
    this.whole = offset == 0;
    this.drop = drop;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    } else if (left <= 0) {
      return -1;
    }
    int n = in.read(buffer, offset, (int) Math.min(length, left));
    if (n > 0) {
      left -= n;
      seen.update(buffer, offset, n);
    }
    if (n < 0 || (left == 0 && whole && seen.getValue() != crc)) {
      drop.run();
      throw new IOException("a copy in the cache on disk was damaged, and is dropped");
    }
    return n;
  }

  @Override
  public long skip(long n) throws IOException {
    byte[] skipped = new byte[(int) Math.min(n, 1 << 13)];
    return Math.max(read(skipped, 0, skipped.length), 0);
  }
}
