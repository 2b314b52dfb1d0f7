// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import build.please.common.cas.Digest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/**
 * A whole blob; throws in place of its end if the bytes before were not the blob's. Not safe for
 * concurrent use.
 */
final class VerifiedStream extends FilterInputStream {
  private final Digest digest;
  private final MessageDigest hasher;
  private long size;
  private boolean verified;

  VerifiedStream(InputStream in, Digest digest) {
    super(in);
    this.digest = digest;
    this.hasher = digest.function().hasher();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int n = in.read(bytes, offset, length);
    if (n > 0) {
      hasher.update(bytes, offset, n);
      size += n;
    } else if (n < 0 && !verified) {
      Digest found = Digest.of(digest.function(), hasher, size);
      if (!found.equals(digest)) {
        throw new IOException("the store sent " + found + " for blob " + digest);
      }
      verified = true;
    }
    return n;
  }

  /** Skips by reading, so that every byte counts. */
  @Override
  public long skip(long count) throws IOException {
    byte[] skipped = new byte[8192];
    long left = count;
    while (left > 0) {
      int n = read(skipped, 0, (int) Math.min(left, skipped.length));
      if (n < 0) {
        break;
      }
      left -= n;
    }
    return count - Math.max(left, 0);
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
