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

  /** One record. */
  record Entry(PackedName name, long offset, int length, int written) {
    boolean isDeletion() {
      return length == RecordHeader.DELETED;
    }

    /** Whether there may be such a record in a segment that ends there. */
    boolean isWithin(long end) {
      return RecordHeader.isPossible(name.kind(), length)
          && offset >= Segment.HEADER
          && offset + footprint() <= end;
    }

    int footprint() {
      return RecordHeader.footprint(length);
    }
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
    long size = segment.fileBytes();
    if (size < Segment.HEADER + TRAILER) {
      return null;
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
      return null;
    }
    ByteBuffer footer = ByteBuffer.allocate(count * ENTRY).order(ByteOrder.LITTLE_ENDIAN);
    segment.read(footer, start);
    if (checksum(footer.array(), 0, footer.capacity()) != trailer.getInt(12)) {
      return null;
    }
    List<Entry> entries = entries(footer.flip());
    for (Entry entry : entries) {
      if (!entry.isWithin(start)) {
        return null;
      }
    }
    segment.setEnd(start);
    segment.setClosed();
    return entries;
  }

  private static List<Entry> entries(ByteBuffer footer) {
    List<Entry> entries = new ArrayList<>(footer.remaining() / ENTRY);
    while (footer.hasRemaining()) {
      long word0 = footer.getLong();
      long word1 = footer.getLong();
      long word2 = footer.getLong();
      long word3 = footer.getLong();
      long offset = Integer.toUnsignedLong(footer.getInt());
      int length = footer.getInt();
      PackedName name = new PackedName(footer.getInt(), word0, word1, word2, word3);
      entries.add(new Entry(name, offset, length, footer.getInt()));
    }
    return entries;
  }

  private static int checksum(byte[] bytes, int offset, int length) {
    CRC32C sum = new CRC32C();
    sum.update(bytes, offset, length);
    return (int) sum.getValue();
  }
}
