// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.BlobRejectedException;
import build.please.common.cas.BlobRejectedException.Fault;
import build.please.common.cas.Digest;
import build.please.common.cas.HashFunction;
import com.google.protobuf.ByteString;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.Map;

/** Compares whole blobs with their digests, one after the other. Not safe for concurrent use. */
final class Hashers {
  private final Map<HashFunction, MessageDigest> hashers = new EnumMap<>(HashFunction.class);

  /** Whether the bytes are those of the blob. */
  boolean match(Digest digest, ByteString bytes) {
    return digest.isOf(bytes, hashers.computeIfAbsent(digest.function(), HashFunction::hasher));
  }

  /**
   * Checks that they are.
   *
   * @throws BlobRejectedException if not
   */
  void check(Digest digest, ByteString bytes) throws BlobRejectedException {
    if (bytes.size() != digest.size()) {
      throw wrongSize(digest, bytes.size());
    } else if (!match(digest, bytes)) {
      throw wrongHash(digest, Digest.of(digest.function(), bytes).hash());
    }
  }

  static BlobRejectedException wrongSize(Digest digest, long size) {
    return new BlobRejectedException(
        Fault.SIZE, "blob " + digest + " came with " + size + " bytes, not " + digest.size());
  }

  static BlobRejectedException wrongHash(Digest digest, String hash) {
    return new BlobRejectedException("blob " + digest + " came with bytes that hash to " + hash);
  }
}
