// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file that says when objects were used last and until when they must stay. Blocks of up to
 * 1024 entries, each behind their number (4) and their CRC32C (4): hash (32), kind (4), used (4),
 * kept until (4), zeros (4). Ends with a block of none, or where it was torn.
 */
final class Uses {
  private static final Logger log = LoggerFactory.getLogger(Uses.class);
  private static final int ENTRY = 48;
  private static final int BLOCK = 1024;
  private static final int KIND = 32;
  private static final int USED = 36;
  private static final int KEPT = 40;
  private static final long MAGIC = 0x3153_4553_554e_4c45L; // "ELNUSES1"

  private Uses() {}

  static void write(Path file, PackedIndex index) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel out =
            FileChannel.open(
                fresh,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        Stream<PackedIndex.Item> items = index.items("")) {
      ByteBuffer block = ByteBuffer.allocate(8 + BLOCK * ENTRY).order(ByteOrder.LITTLE_ENDIAN);
      block.putLong(MAGIC).flip();
      out.write(block);
      Iterator<PackedIndex.Item> all = items.iterator();
      int count;
      do {
        count = fill(block.clear().position(8), all);
        CRC32C sum = new CRC32C();
        sum.update(block.array(), 8, count * ENTRY);
        block.putInt(0, count).putInt(4, (int) sum.getValue()).flip();
        while (block.hasRemaining()) {
          out.write(block);
        }
      } while (count > 0);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static int fill(ByteBuffer block, Iterator<PackedIndex.Item> items) {
    int count = 0;
    for (; count < BLOCK && items.hasNext(); count++) {
      PackedIndex.Item item = items.next();
      PackedName name = item.name();
      block.putLong(name.word0()).putLong(name.word1());
      block.putLong(name.word2()).putLong(name.word3());
      block.putInt(name.kind()).putInt(item.used()).putInt(item.keptUntil()).putInt(0);
    }
    return count;
  }

  /** Tells a log what the last run noted of what it holds. */
  static void read(Path file, PackedLog packed) throws IOException {
    try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
      ByteBuffer block = ByteBuffer.allocate(BLOCK * ENTRY).order(ByteOrder.LITTLE_ENDIAN);
      NameInBuffer name = new NameInBuffer(block, KIND);
      if (Long.reverseBytes(in.readLong()) != MAGIC) {
        throw new EOFException("it is of another version");
      }
      for (int count; (count = Integer.reverseBytes(in.readInt())) > 0; ) {
        int expected = Integer.reverseBytes(in.readInt());
        if (count > BLOCK) {
          throw new EOFException("it is damaged");
        }
        in.readFully(block.array(), 0, count * ENTRY);
        CRC32C sum = new CRC32C();
        sum.update(block.array(), 0, count * ENTRY);
        if ((int) sum.getValue() != expected) {
          throw new EOFException("it is damaged");
        }
        note(block.clear().limit(count * ENTRY), name, packed);
      }
    } catch (NoSuchFileException none) {
      // Nothing is known.
    } catch (EOFException e) {
      log.warn("{} says not of all objects when they were used: {}", file, e.getMessage());
    }
  }

  private static void note(ByteBuffer block, NameInBuffer name, PackedLog packed) {
    int now = packed.now();
    for (int at = 0; at < block.limit(); at += ENTRY) {
      name.move(at);
      packed.note(name, block.getInt(at + USED), block.getInt(at + KEPT), now);
    }
  }
}
