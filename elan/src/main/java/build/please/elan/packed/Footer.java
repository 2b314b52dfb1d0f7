// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a closed segment holds, behind its records. For each record in their order: hash (32),
 * offset (4), length or -1 (4), kind (4), when it was written (4, {@link Moments}). Then the
 * trailer: where the footer begins (8), entries (4), CRC32C of them (4), zeros (4), CRC32C of the
 * 20 bytes before (4), magic "ELANSEAL" (8).
 */
final class Footer {
  static final int TRAILER = 32;
  static final int ENTRY = 48;

  private static final long MAGIC = 0x4c41_4553_4e41_4c45L; // "ELANSEAL"
  private static final int CHECKED = 20;
  private static final int OFFSET = 32;
  private static final int LENGTH = 36;
  private static final int KIND = 40;
  private static final int WRITTEN = 44;

  /** Entries that are read at once. */
  private static final int BLOCK = 1024;

  /** One record. */
  record Entry(PackedName name, long offset, int length, int written) {
    boolean isDeletion() {
      return length == RecordHeader.DELETED;
    }

    int footprint() {
      return RecordHeader.footprint(length);
    }
  }

  /** Hears of records in their order. */
  @FunctionalInterface
  interface Records {
    /**
     * One of them.
     *
     * @param name is another's afterwards
     */
    void record(NameInBuffer name, long offset, int length, int written);
  }

  private Footer() {}

  /** Closes a segment: first all it holds is forced to disk, then the trailer is written. */
  static void write(Segment segment, List<Entry> entries) throws IOException {
    ByteBuffer footer = ByteBuffer.allocate(entries.size() * ENTRY).order(ByteOrder.LITTLE_ENDIAN);
    for (Entry entry : entries) {
      PackedName name = entry.name();
      footer.putLong(name.word0()).putLong(name.word1());
      footer.putLong(name.word2()).putLong(name.word3());
      footer.putInt((int) entry.offset()).putInt(entry.length());
      footer.putInt(name.kind()).putInt(entry.written());
    }
    ByteBuffer trailer = ByteBuffer.allocate(TRAILER).order(ByteOrder.LITTLE_ENDIAN);
    trailer.putLong(segment.end()).putInt(entries.size());
    trailer.putInt(checksum(footer.array(), 0, footer.capacity())).putInt(0);
    trailer.putInt(checksum(trailer.array(), 0, CHECKED)).putLong(MAGIC);
    segment.truncate();
    segment.writeBehind(footer.flip(), segment.end());
    segment.force();
    segment.writeBehind(trailer.flip(), segment.fileBytes());
    segment.setClosed();
  }

  /** The records of a closed segment, whose end is known then; null if it is not closed. */
  static @Nullable List<Entry> read(Segment segment) throws IOException {
    List<Entry> entries = new ArrayList<>();
    return read(
            segment,
            (name, offset, length, written) ->
                entries.add(new Entry(name.copy(), offset, length, written)))
        ? entries
        : null;
  }

  /**
   * Tells of the records of a closed segment, whose end is known then.
   *
   * @return whether it is closed; if not, nothing was told
   */
  static boolean read(Segment segment, Records records) throws IOException {
    long size = segment.fileBytes();
    if (size < Segment.HEADER + TRAILER) {
      return false;
    }
    ByteBuffer trailer = ByteBuffer.allocate(TRAILER).order(ByteOrder.LITTLE_ENDIAN);
    segment.read(trailer, size - TRAILER);
    long start = trailer.getLong(0);
    int count = trailer.getInt(8);
    if (trailer.getLong(24) != MAGIC
        || trailer.getInt(CHECKED) != checksum(trailer.array(), 0, CHECKED)
        || start < Segment.HEADER
        || count < 0
        || count > Integer.MAX_VALUE / ENTRY
        || start + (long) count * ENTRY + TRAILER != size) {
      return false;
    }
    // Twice, so that nothing is told of a footer that is damaged further on.
    CRC32C sum = new CRC32C();
    boolean[] within = {true};
    Records check =
        (name, offset, length, written) ->
            within[0] &= isWithin(name.kind(), offset, length, start);
    read(segment, start, count, sum, check);
    if ((int) sum.getValue() != trailer.getInt(12) || !within[0]) {
      return false;
    }
    segment.setEnd(start);
    segment.setClosed();
    read(segment, start, count, sum, records);
    return true;
  }

  private static void read(Segment segment, long start, int count, CRC32C sum, Records records)
      throws IOException {
    ByteBuffer block =
        ByteBuffer.allocate(Math.min(count, BLOCK) * ENTRY).order(ByteOrder.LITTLE_ENDIAN);
    NameInBuffer name = new NameInBuffer(block, KIND);
    for (int from = 0; from < count; from += BLOCK) {
      block.clear().limit(Math.min(count - from, BLOCK) * ENTRY);
      segment.read(block, start + (long) from * ENTRY);
      sum.update(block.array(), 0, block.limit());
      for (int at = 0; at < block.limit(); at += ENTRY) {
        name.move(at);
        long offset = Integer.toUnsignedLong(block.getInt(at + OFFSET));
        records.record(name, offset, block.getInt(at + LENGTH), block.getInt(at + WRITTEN));
      }
    }
  }

  private static boolean isWithin(int kind, long offset, int length, long end) {
    return RecordHeader.isPossible(kind, length)
        && offset >= Segment.HEADER
        && offset + RecordHeader.footprint(length) <= end;
  }

  private static int checksum(byte[] bytes, int offset, int length) {
    CRC32C sum = new CRC32C();
    sum.update(bytes, offset, length);
    return (int) sum.getValue();
  }
}
