// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.CorruptZstdException;
import build.please.common.cas.Digest;
import build.please.elan.store.VerifyingBlobStore.Judge;
import build.please.elan.store.VerifyingBlobStore.Verdict;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * All bytes of a blob, checked as they pass. The last ones are handed out only after the whole was
 * found right, so that a reader of a wrong blob gets an error and never all of its bytes.
 */
final class VerifiedStream extends InputStream {
  private final InputStream in;
  private final Digest digest;
  private final Judge judge;
  private final MessageDigest hasher;
  private long left;

  /**
   * @param in exactly the blob's bytes, or an exception; this stream's to close
   */
  VerifiedStream(InputStream in, Digest digest, Judge judge) {
    this.in = in;
    this.digest = digest;
    this.hasher = digest.function().hasher();
    this.judge = judge;
    this.left = digest.size();
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
    int n;
    try {
      n = in.read(buffer, offset, length);
    } catch (EOFException | CorruptZstdException wrong) {
      judge.judge(digest, Verdict.CORRUPT);
      throw wrong;
    }
    if (n <= 0) {
      return n;
    }
    hasher.update(buffer, offset, n);
    left -= n;
    if (left == 0) {
      check();
    }
    return n;
  }

  private void check() throws IOException {
    if (HexFormat.of().formatHex(hasher.digest()).equals(digest.hash())) {
      judge.judge(digest, Verdict.SOUND);
      return;
    }
    judge.judge(digest, Verdict.CORRUPT);
    throw new CorruptBlobException(digest);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
