// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * An object in the index of a bounded bucket. There may be millions, so its key takes few bytes:
 * {@code KIND/ab/HASH} as the shared kind and 256 bits, any other key as it is.
 *
 * <p>Equal to another with the same key. All else is {@link Residents}' to read and write.
 */
final class Resident {
  private static final int HASH = 64;
  private static final int WORD = 16;

  private final String kind;
  private final long word0;
  private final long word1;
  private final long word2;
  private final long word3;

  /** Bytes that it takes. */
  long bytes;

  /** The second of its last use. */
  int used;

  /** The second until which it must stay; in the past if nobody asked for that. */
  int keptUntil = Integer.MIN_VALUE;

  /** The second when the journal was last told of its use. */
  int noted = Integer.MIN_VALUE / 2;

  /** Being deleted. */
  boolean leaving;

  @Nullable LifeList list;
  @Nullable Resident older;
  @Nullable Resident newer;

  private Resident(String kind, long word0, long word1, long word2, long word3) {
    this.kind = kind;
    this.word0 = word0;
    this.word1 = word1;
    this.word2 = word2;
    this.word3 = word3;
  }

  /** One of that key, to look it up. */
  static Resident named(String key) {
    int hash = key.length() - HASH;
    if (!isHashed(key, hash)) {
      return new Resident(key, 0, 0, 0, 0);
    }
    return new Resident(
        key.substring(0, hash - 3),
        word(key, hash),
        word(key, hash + WORD),
        word(key, hash + 2 * WORD),
        word(key, hash + 3 * WORD));
  }

  /** The same key, to be kept: all of one kind share its characters. */
  Resident toKeep(long itsBytes) {
    Resident kept = new Resident(kind.intern(), word0, word1, word2, word3);
    kept.bytes = itsBytes;
    return kept;
  }

  String key() {
    if (!kind.isEmpty() && !kind.endsWith("/")) {
      return kind;
    }
    HexFormat hex = HexFormat.of();
    String hash =
        hex.toHexDigits(word0)
            + hex.toHexDigits(word1)
            + hex.toHexDigits(word2)
            + hex.toHexDigits(word3);
    return kind + hash.substring(0, 2) + "/" + hash;
  }

  private static long word(String key, int start) {
    return HexFormat.fromHexDigitsToLong(key, start, start + WORD);
  }

  /** Whether the key is {@code (KIND/)ab/HASH} with the hash at that place. */
  private static boolean isHashed(String key, int hash) {
    if (hash < 3
        || key.charAt(hash - 1) != '/'
        || !key.regionMatches(hash, key, hash - 3, 2)
        || (hash > 3 && key.charAt(hash - 4) != '/')) {
      return false;
    }
    for (int i = hash; i < key.length(); i++) {
      char c = key.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Resident that
        && word0 == that.word0
        && word1 == that.word1
        && word2 == that.word2
        && word3 == that.word3
        && kind.equals(that.kind);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(word0) * 31 + kind.hashCode();
  }
}
