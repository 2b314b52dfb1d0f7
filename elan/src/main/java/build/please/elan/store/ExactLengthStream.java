// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A stream that must yield a given number of bytes, and fails where it yields fewer or more, so
 * that nobody takes a part for the whole.
 */
final class ExactLengthStream extends FilterInputStream {
  private final String name;
  private long left;

  /**
   * @param length bytes that must come
   * @param name what the stream is, for messages
   */
  ExactLengthStream(InputStream in, long length, String name) {
    super(in);
    this.left = length;
    this.name = name;
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
    }
    int n = in.read(buffer, offset, length);
    if (n < 0) {
      if (left > 0) {
        throw new EOFException(name + " ends " + left + " bytes early");
      }
      return -1;
    }
    left -= n;
    if (left < 0) {
      throw new IOException(name + " goes on after its end");
    }
    return n;
  }

  @Override
  public long skip(long n) throws IOException {
    // Through read, so that skipped bytes count.
    byte[] buffer = new byte[(int) Math.min(Math.max(n, 0), 1 << 14)];
    long skipped = 0;
    while (skipped < n) {
      int got = read(buffer, 0, (int) Math.min(buffer.length, n - skipped));
      if (got < 0) {
        break;
      }
      skipped += got;
    }
    return skipped;
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
