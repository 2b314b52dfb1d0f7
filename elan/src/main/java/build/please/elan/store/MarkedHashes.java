// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

/**
 * Hashes that were added, by their first 64 bits: of ten million some ten others are taken for
 * added, too, and one takes 8 to 24 bytes of heap. Not safe for concurrent use.
 */
final class MarkedHashes {
  private static final int DIGITS = 16;

  private long[] table = new long[1 << 12];
  private int count;
  private boolean zero;

  void add(String hash) {
    long word = word(hash);
    if (word == 0) {
      zero = true;
      return;
    }
    if (count > table.length / 3 * 2) {
      grow();
    }
    int place = place(table, word);
    if (table[place] == 0) {
      table[place] = word;
      count++;
    }
  }

  boolean contains(String hash) {
    long word = word(hash);
    return word == 0 ? zero : table[place(table, word)] == word;
  }

  private void grow() {
    if (table.length > Integer.MAX_VALUE / 2) {
      throw new IllegalStateException("more than a billion hashes");
    }
    long[] larger = new long[table.length * 2];
    for (long word : table) {
      if (word != 0) {
        larger[place(larger, word)] = word;
      }
    }
    table = larger;
  }

  /** Where the word is, or the free place where it belongs. */
  private static int place(long[] table, long word) {
    int mask = table.length - 1;
    int place = (int) word & mask;
    while (table[place] != 0 && table[place] != word) {
      place = (place + 1) & mask;
    }
    return place;
  }

  private static long word(String hash) {
    return Long.parseUnsignedLong(hash, 0, DIGITS, 16);
  }
}
