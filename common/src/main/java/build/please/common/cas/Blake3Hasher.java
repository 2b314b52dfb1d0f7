// SPDX-License-Identifier: Apache-2.0
package build.please.common.cas;

import java.security.MessageDigest;
import org.apache.commons.codec.digest.Blake3;

/** BLAKE3 with 32 bytes of output, in the form that the platform gives to its own hashers. */
final class Blake3Hasher extends MessageDigest {
  private static final int BYTES = 32;

  private final Blake3 blake3 = Blake3.initHash();

  Blake3Hasher() {
    super("BLAKE3");
  }

  @Override
  protected int engineGetDigestLength() {
    return BYTES;
  }

  @Override
  protected void engineUpdate(byte input) {
    engineUpdate(new byte[] {input}, 0, 1);
  }

  @Override
  protected void engineUpdate(byte[] input, int offset, int length) {
    blake3.update(input, offset, length);
  }

  @Override
  protected byte[] engineDigest() {
    byte[] hash = blake3.doFinalize(BYTES);
    blake3.reset();
    return hash;
  }

  @Override
  protected void engineReset() {
    blake3.reset();
  }
}
