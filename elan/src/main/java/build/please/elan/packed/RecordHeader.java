// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * What stands before the bytes of an object in a segment, in 64 bytes: CRC32C of the other 60 (4),
 * length of the object, -1 if this says that it was deleted (4), CRC32C of its bytes (4), kind (4),
 * when it was written, in seconds since 1970 (8), how long it is when decoded, -1 if that is not
 * known (8), hash (32, its words little-endian).
 */
final class RecordHeader {
  static final int BYTES = 64;

  /** Length of a record that says that its object was deleted. */
  static final int DELETED = -1;

  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int LENGTH = 4;
  private static final int SUM = 8;
  private static final int KIND = 12;
  private static final int WRITTEN = 16;
  private static final int DECODED = 24;
  private static final int HASH = 32;

  private RecordHeader() {}

  /** Bytes that a record takes whose object has so many. */
  static int footprint(int length) {
    return (BYTES + Math.max(length, 0) + 7) & ~7;
  }

  /**
   * Fills in the header of a record.
   *
   * @param at the header's place, behind which are the bytes of the object
   */
  static void write(byte[] bytes, int at, PackedName name, int length, long written, long decoded) {
    INTS.set(bytes, at + LENGTH, length);
    INTS.set(bytes, at + SUM, checksum(bytes, at + BYTES, Math.max(length, 0)));
    INTS.set(bytes, at + KIND, name.kind());
    LONGS.set(bytes, at + WRITTEN, written);
    LONGS.set(bytes, at + DECODED, decoded);
    LONGS.set(bytes, at + HASH, name.word0());
    LONGS.set(bytes, at + HASH + 8, name.word1());
    LONGS.set(bytes, at + HASH + 16, name.word2());
    LONGS.set(bytes, at + HASH + 24, name.word3());
    INTS.set(bytes, at, checksum(bytes, at + LENGTH, BYTES - LENGTH));
  }

  /** Whether a header begins there. */
  static boolean isHeader(byte[] bytes, int at) {
    int kind = (int) INTS.get(bytes, at + KIND);
    int length = length(bytes, at);
    return (int) INTS.get(bytes, at) == checksum(bytes, at + LENGTH, BYTES - LENGTH)
        && isPossible(kind, length);
  }

  /** Whether there are objects of that kind and length. */
  static boolean isPossible(int kind, int length) {
    return kind >= 0
        && kind < PackedName.KINDS.size()
        && length >= DELETED
        && length <= PackedLog.MOST_BYTES;
  }

  /** Whether the bytes behind the header are those that it was written for. */
  static boolean isWhole(byte[] bytes, int at) {
    return (int) INTS.get(bytes, at + SUM)
        == checksum(bytes, at + BYTES, Math.max(length(bytes, at), 0));
  }

  static int length(byte[] bytes, int at) {
    return (int) INTS.get(bytes, at + LENGTH);
  }

  static long written(byte[] bytes, int at) {
    return (long) LONGS.get(bytes, at + WRITTEN);
  }

  static long decoded(byte[] bytes, int at) {
    return (long) LONGS.get(bytes, at + DECODED);
  }

  static PackedName name(byte[] bytes, int at) {
    return new PackedName(
        (int) INTS.get(bytes, at + KIND),
        (long) LONGS.get(bytes, at + HASH),
        (long) LONGS.get(bytes, at + HASH + 8),
        (long) LONGS.get(bytes, at + HASH + 16),
        (long) LONGS.get(bytes, at + HASH + 24));
  }

  private static int checksum(byte[] bytes, int offset, int length) {
    CRC32C sum = new CRC32C();
    sum.update(bytes, offset, length);
    return (int) sum.getValue();
  }
}
