// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Entries of an index outside the heap, 52 bytes each, by their numbers: hash, location, size and
 * kind, last use, kept until. Reading is safe beside a writer, though it may give a mixture of two
 * entries, which the reader has to notice; writing is for one at a time.
 */
final class Entries {
  private static final int BYTES = 52;
  private static final int CHUNK_BITS = 9;
  private static final int CHUNK = 1 << CHUNK_BITS;

  private static final int LOCATION = 32;
  private static final int SIZE = 40;
  private static final int USED = 44;
  private static final int KEPT = 48;
  private static final int SIZE_MASK = 0xff_ffff;

  private static final int NO_ENTRY = -1;

  // Volatile, so that who sees a new chunk sees all of it.
  private volatile ByteBuffer[] chunks = {};
  private int made;
  private int free = NO_ENTRY;

  /** A new entry. */
  int add(ObjectName name) {
    int entry = take();
    ByteBuffer chunk = chunks[entry >>> CHUNK_BITS];
    int at = at(entry);
    chunk.putLong(at, name.word0());
    chunk.putLong(at + 8, name.word1());
    chunk.putLong(at + 16, name.word2());
    chunk.putLong(at + 24, name.word3());
    chunk.putInt(at + SIZE, name.kind() << 24);
    chunk.putInt(at + KEPT, 0);
    chunk.putInt(at + USED, 0);
    return entry;
  }

  private int take() {
    if (free != NO_ENTRY) {
      int entry = free;
      free = chunks[entry >>> CHUNK_BITS].getInt(at(entry) + SIZE);
      return entry;
    }
    int entry = made++;
    if (entry >>> CHUNK_BITS == chunks.length) {
      ByteBuffer[] more = Arrays.copyOf(chunks, chunks.length + 1);
      more[chunks.length] = ByteBuffer.allocateDirect(CHUNK * BYTES).order(ByteOrder.nativeOrder());
      chunks = more;
    }
    return entry;
  }

  void remove(int entry) {
    chunks[entry >>> CHUNK_BITS].putInt(at(entry) + SIZE, free);
    free = entry;
  }

  /** False also if there is no entry of that number. */
  boolean isNamed(int entry, ObjectName name) {
    ByteBuffer[] all = chunks;
    if (entry < 0 || entry >>> CHUNK_BITS >= all.length) {
      return false;
    }
    ByteBuffer chunk = all[entry >>> CHUNK_BITS];
    int at = at(entry);
    return chunk.getLong(at + 8) == name.word1()
        && chunk.getLong(at) == name.word0()
        && chunk.getLong(at + 16) == name.word2()
        && chunk.getLong(at + 24) == name.word3()
        && chunk.getInt(at + SIZE) >>> 24 == name.kind();
  }

  PackedName name(int entry) {
    ByteBuffer chunk = chunks[entry >>> CHUNK_BITS];
    int at = at(entry);
    return new PackedName(
        chunk.getInt(at + SIZE) >>> 24,
        chunk.getLong(at),
        chunk.getLong(at + 8),
        chunk.getLong(at + 16),
        chunk.getLong(at + 24));
  }

  void get(int entry, Found found) {
    ByteBuffer chunk = chunks[entry >>> CHUNK_BITS];
    int at = at(entry);
    found.location = chunk.getLong(at + LOCATION);
    found.size = chunk.getInt(at + SIZE) & SIZE_MASK;
    found.used = chunk.getInt(at + USED);
    found.keptUntil = chunk.getInt(at + KEPT);
  }

  void place(int entry, long location, int size) {
    ByteBuffer chunk = chunks[entry >>> CHUNK_BITS];
    int at = at(entry);
    chunk.putLong(at + LOCATION, location);
    chunk.putInt(at + SIZE, (chunk.getInt(at + SIZE) & ~SIZE_MASK) | size);
  }

  /** Notes a use. May be called beside others; what is read after it is as it was after it. */
  void use(int entry, int second) {
    ByteBuffer chunk = chunks[entry >>> CHUNK_BITS];
    int at = at(entry) + USED;
    if (chunk.getInt(at) < second) {
      chunk.putInt(at, second);
      VarHandle.fullFence();
    }
  }

  int keptUntil(int entry) {
    return chunks[entry >>> CHUNK_BITS].getInt(at(entry) + KEPT);
  }

  void keep(int entry, int until) {
    chunks[entry >>> CHUNK_BITS].putInt(at(entry) + KEPT, until);
  }

  private static int at(int entry) {
    return (entry & (CHUNK - 1)) * BYTES;
  }
}
