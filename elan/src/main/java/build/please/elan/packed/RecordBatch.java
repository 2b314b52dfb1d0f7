// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Records of some objects, one behind the other as they will lie in a segment. Not safe for
 * concurrent use.
 */
public final class RecordBatch {
  private static final int BYTES = 128 << 10;

  private final byte[] bytes;
  private final List<Entry> entries;
  private int end;

  /** One record: where its header begins, and how long its object is. */
  private record Entry(PackedName name, int offset, int length, long decoded) {
    int behind() {
      return offset + RecordHeader.footprint(length);
    }
  }

  private RecordBatch(byte[] bytes, List<Entry> entries, int end) {
    this.bytes = bytes;
    this.entries = entries;
    this.end = end;
  }

  /**
   * An empty one, for objects of so many bytes together; there may come more, or fewer.
   *
   * @param objects how many
   */
  public static RecordBatch sized(int objects, long bytes) {
    long likely = bytes + (long) objects * (RecordHeader.BYTES + 7);
    return new RecordBatch(
        new byte[(int) Math.max(Math.min(likely, BYTES), RecordHeader.footprint(0))],
        new ArrayList<>(objects),
        0);
  }

  /**
   * One object.
   *
   * @param record {@link PackedLog#HEAD_ROOM} bytes that are overwritten, the bytes of the object,
   *     and enough others to make it a multiple of eight
   * @param length bytes of the object
   * @param decoded as {@link PackedLog#decodedSize}
   */
  public static RecordBatch of(PackedName name, byte[] record, int length, long decoded) {
    return new RecordBatch(
        record, List.of(new Entry(name, 0, length, decoded)), RecordHeader.footprint(length));
  }

  /** Adds an object, unless there is no place for it. */
  public boolean add(PackedName name, ByteString object) {
    Entry entry = new Entry(name, end, object.size(), -1);
    if (entry.behind() > bytes.length) {
      return false;
    }
    object.copyTo(bytes, end + RecordHeader.BYTES);
    Arrays.fill(bytes, end + RecordHeader.BYTES + object.size(), entry.behind(), (byte) 0);
    entries.add(entry);
    end = entry.behind();
    return true;
  }

  /** Fills in the headers. */
  void seal(long written) {
    for (Entry entry : entries) {
      RecordHeader.write(
          bytes, entry.offset(), entry.name(), entry.length(), written, entry.decoded());
    }
  }

  /** Makes place for others. */
  public void clear() {
    entries.clear();
    end = 0;
  }

  /** How many there are. */
  public int count() {
    return entries.size();
  }

  /** The name of one of them, from 0 on. */
  public PackedName name(int number) {
    return entries.get(number).name();
  }

  /** Bytes of an object. */
  int length(int number) {
    return entries.get(number).length();
  }

  /** Where a record begins. */
  int offset(int number) {
    return entries.get(number).offset();
  }

  int footprint(int number) {
    return RecordHeader.footprint(entries.get(number).length());
  }

  /** Behind the last record from one on that fits into so many bytes with those before it. */
  int fitting(int from, long room) {
    int to = from;
    while (to < count() && entries.get(to).behind() - offset(from) <= room) {
      to++;
    }
    return to;
  }

  /** The records from one to before another. */
  ByteBuffer records(int from, int to) {
    return ByteBuffer.wrap(bytes, offset(from), entries.get(to - 1).behind() - offset(from));
  }
}
