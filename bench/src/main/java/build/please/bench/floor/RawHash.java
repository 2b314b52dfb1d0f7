// SPDX-License-Identifier: Apache-2.0
package build.please.bench.floor;

import build.please.common.cas.Digest;
import java.security.MessageDigest;
import java.util.function.BooleanSupplier;

/** SHA-256 of as many bytes as a blob has. */
public final class RawHash implements RawLoop {
  private static final int PIECE = 256 * 1024;

  private final int size;
  private final byte[] bytes;

  public RawHash(int size) {
    this.size = size;
    this.bytes = new byte[Math.min(size, PIECE)];
  }

  @Override
  public int run(BooleanSupplier goOn) {
    int count = 0;
    MessageDigest hash = Digest.sha256();
    for (; goOn.getAsBoolean(); count++) {
      for (int rest = size; rest > 0; rest -= PIECE) {
        hash.update(bytes, 0, Math.min(rest, PIECE));
      }
      bytes[0] ^= hash.digest()[0];
    }
    return count;
  }
}
