// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import build.please.common.cas.HashFunction;
import java.util.Optional;

/** What the key of an object says; see {@link Keys}. */
record StoredName(HashFunction function, Kind kind, String hash) {
  /** What an object is. */
  enum Kind {
    RESULT("ac/"),
    PLAIN("cas/"),
    PACKED("zstd_cas/");

    private final String directory;

    Kind(String directory) {
      this.directory = directory;
    }
  }

  private static final int HASH = 64;

  /** Where all objects of a kind are whose hashes begin with two digits. */
  static String directory(HashFunction function, Kind kind, String twoDigits) {
    return function.prefix() + kind.directory + twoDigits + "/";
  }

  /** Nothing if it is no key of ours. */
  static Optional<StoredName> parse(String key) {
    int hash = key.length() - HASH;
    for (HashFunction function : HashFunction.ALL) {
      for (Kind kind : Kind.values()) {
        if (hash > 0
            && isHex(key, hash)
            && key.startsWith(directory(function, kind, key.substring(hash, hash + 2)))
            && directory(function, kind, "xx").length() == hash) {
          return Optional.of(new StoredName(function, kind, key.substring(hash)));
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isHex(String key, int start) {
    return key.chars().skip(start).allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
  }

  String key() {
    return directory(function, kind, hash.substring(0, 2)) + hash;
  }
}
