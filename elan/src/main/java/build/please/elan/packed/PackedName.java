// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A key of the form {@code KIND/ab/HASH} in few bytes, where ab begins the hash of 64 digits.
 *
 * @param kind place of the kind in {@link #KINDS}
 * @param word0 first eight bytes of the hash
 * @param word1 the next
 * @param word2 the next
 * @param word3 the last
 */
public record PackedName(int kind, long word0, long word1, long word2, long word3)
    implements ObjectName {
  /** What keys begin with. The order is part of the format on disk. */
  static final List<String> KINDS =
      List.of("ac/", "cas/", "zstd_cas/", "blake3/ac/", "blake3/cas/", "blake3/zstd_cas/");

  private static final int HASH = 64;
  private static final int WORD = 16;
  private static final byte[] VALUES = new byte[128];

  static {
    for (int c = 0; c < VALUES.length; c++) {
      boolean lowercaseHex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
      VALUES[c] = lowercaseHex ? (byte) Character.digit(c, 16) : -1;
    }
  }

  /** The name that a key is, or null if it is of another form. */
  public static @Nullable PackedName parse(String key) {
    int hash = key.length() - HASH;
    if (hash < 6
        || key.charAt(hash - 1) != '/'
        || key.charAt(hash - 2) != key.charAt(hash + 1)
        || key.charAt(hash - 3) != key.charAt(hash)) {
      return null;
    }
    int kind = kind(key, hash - 3);
    return kind < 0 ? null : parse(kind, key, hash);
  }

  /** The number of a kind, such as {@code cas/}. */
  public static int kind(String kind) {
    return KINDS.indexOf(kind);
  }

  /**
   * The name of the object of a kind with a hash.
   *
   * @throws IllegalArgumentException if it is no hash
   */
  public static PackedName of(int kind, String hash) {
    PackedName name = hash.length() == HASH ? parse(kind, hash, 0) : null;
    if (name == null) {
      throw new IllegalArgumentException(hash + " is no hash");
    }
    return name;
  }

  private static @Nullable PackedName parse(int kind, String key, int hash) {
    long word0 = 0;
    long word1 = 0;
    long word2 = 0;
    long word3 = 0;
    int wrong = 0;
    for (int i = 0; i < WORD; i++) {
      int digit0 = digit(key.charAt(hash + i));
      int digit1 = digit(key.charAt(hash + WORD + i));
      int digit2 = digit(key.charAt(hash + 2 * WORD + i));
      int digit3 = digit(key.charAt(hash + 3 * WORD + i));
      wrong |= digit0 | digit1 | digit2 | digit3;
      word0 = word0 << 4 | digit0;
      word1 = word1 << 4 | digit1;
      word2 = word2 << 4 | digit2;
      word3 = word3 << 4 | digit3;
    }
    return wrong < 0 ? null : new PackedName(kind, word0, word1, word2, word3);
  }

  private static int kind(String key, int length) {
    for (int kind = 0; kind < KINDS.size(); kind++) {
      if (KINDS.get(kind).length() == length && key.startsWith(KINDS.get(kind))) {
        return kind;
      }
    }
    return -1;
  }

  private static int digit(char c) {
    return c < VALUES.length ? VALUES[c] : -1;
  }

  /** The key again. */
  public String key() {
    HexFormat hex = HexFormat.of();
    String first = hex.toHexDigits(word0);
    return KINDS.get(kind)
        + first.substring(0, 2)
        + "/"
        + first
        + hex.toHexDigits(word1)
        + hex.toHexDigits(word2)
        + hex.toHexDigits(word3);
  }

  /** Whether it names what may be replaced by something else: an action result. */
  boolean isReplaceable() {
    return kind % 3 == 0;
  }
}
