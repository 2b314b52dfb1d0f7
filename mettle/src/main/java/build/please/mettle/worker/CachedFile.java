// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import build.please.common.cas.FileStamp;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A file in the cache. There may be millions, so its hash takes 256 bits.
 *
 * <p>Equal to another that stands for the same blob in the same mode. Its counters are the {@link
 * CacheIndex}'s to read and write.
 */
final class CachedFile {
  private static final int WORD = 16;

  private final long word0;
  private final long word1;
  private final long word2;
  private final long word3;
  private final long size;
  private final FileMode mode;
  private final long number;

  /** Of the file when its bytes were found right; null if nobody has looked since the start. */
  private volatile @Nullable FileStamp stamp;

  /** Actions that it must stay for. */
  int holders;

  /** Whether it was wanted since the start. */
  boolean used;

  /**
   * @param hash in hex
   * @param number no other file's, so that a name is never used twice
   */
  CachedFile(String hash, long size, FileMode mode, long number) {
    word0 = word(hash, 0);
    word1 = word(hash, 1);
    word2 = word(hash, 2);
    word3 = word(hash, 3);
    this.size = size;
    this.mode = mode;
    this.number = number;
  }

  /** One of that form, to look it up. */
  static CachedFile named(BlobForm form) {
    return new CachedFile(form.digest().hash(), form.digest().size(), form.mode(), 0);
  }

  private static long word(String hash, int index) {
    return Long.parseUnsignedLong(hash, index * WORD, (index + 1) * WORD, 16);
  }

  String hash() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(word0)
        + hex.toHexDigits(word1)
        + hex.toHexDigits(word2)
        + hex.toHexDigits(word3);
  }

  long size() {
    return size;
  }

  FileMode mode() {
    return mode;
  }

  long number() {
    return number;
  }

  @Nullable FileStamp stamp() {
    return stamp;
  }

  void found(FileStamp right) {
    stamp = right;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CachedFile that
        && word0 == that.word0
        && word1 == that.word1
        && word2 == that.word2
        && word3 == that.word3
        && size == that.size
        && mode == that.mode;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(word0) + mode.bits();
  }
}
