// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.CorruptZstdException;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.ZstdDecodedStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/** Judges an object by all of its bytes. */
final class StoredBytes {
  private StoredBytes() {}

  /**
   * Whether these are not the bytes of the blob with that hash. Its size does not count: hashes are
   * the names of objects, and who asked may have had a wrong size.
   *
   * @throws IOException if that cannot be told, since the bytes cannot be read
   */
  static boolean areWrong(InputStream stored, Digest digest, Encoding encoding) throws IOException {
    MessageDigest hasher = digest.function().hasher();
    try (InputStream bytes = encoding == Encoding.ZSTD ? new ZstdDecodedStream(stored) : stored) {
      byte[] buffer = new byte[1 << 16];
      for (int n; (n = bytes.read(buffer)) >= 0; ) {
        hasher.update(buffer, 0, n);
      }
    } catch (EOFException | CorruptZstdException e) {
      return true;
    }
    return !HexFormat.of().formatHex(hasher.digest()).equals(digest.hash());
  }
}
