// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas.remote;

import build.please.common.cas.Digest;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/**
 * The identity form of a blob from some offset to its end, over as many calls as that takes.
 *
 * <p>When a call breaks off for a reason that may be gone, the next one begins at the byte where it
 * stopped. A server that ends well too early, or sends too much, makes {@code read} throw. Not safe
 * for concurrent use.
 */
final class ResumingStream extends InputStream {
  /** Begins to read at a byte of the blob. */
  @FunctionalInterface
  interface Opener {
    InputStream at(long offset) throws IOException;
  }

  private final Digest digest;
  private final Opener opener;
  private InputStream in;
  private long position;
  private int resumesLeft;

  /**
   * Opens the first call; blocks as the opener does.
   *
   * @param resumes how often to go on in a new call before a failure counts
   */
  ResumingStream(Digest digest, long offset, Opener opener, int resumes) throws IOException {
    this.digest = digest;
    this.opener = opener;
    this.position = offset;
    this.resumesLeft = resumes;
    this.in = opener.at(offset);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    while (true) {
      try {
        return account(in.read(bytes, offset, length));
      } catch (TransientException e) {
        if (position == digest.size()) {
          return -1;
        }
        if (resumesLeft == 0) {
          throw e;
        }
        resumesLeft--;
        in.close();
        in = opener.at(position);
      }
    }
  }

  private int account(int n) throws IOException {
    if (n < 0) {
      if (position < digest.size()) {
        throw new EOFException("blob " + digest + " ended after " + position + " bytes");
      }
      return n;
    }
    position += n;
    if (position > digest.size()) {
      throw new IOException("blob " + digest + " came with more bytes than it has");
    }
    return n;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
