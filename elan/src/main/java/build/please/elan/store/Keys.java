// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;

/**
 * Names of objects, those of please-servers: {@code KIND/ab/HASH}, where ab begins the hash. Behind
 * {@code blake3/} if that is the hash, since it looks like a SHA-256 hash.
 */
final class Keys {
  private Keys() {}

  static String blob(Digest digest, Encoding encoding) {
    return key(encoding == Encoding.ZSTD ? "zstd_cas/" : "cas/", digest);
  }

  static String action(Digest action) {
    return key("ac/", action);
  }

  private static String key(String kind, Digest digest) {
    return digest.function().prefix() + kind + digest.hash().substring(0, 2) + "/" + digest.hash();
  }
}
