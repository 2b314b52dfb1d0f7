// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;

/**
 * One file of the log. It stays open until the last reader is done with it, also when it is
 * deleted. Safe for concurrent use; bytes are appended by one at a time.
 */
final class Segment {
  static final int HEADER = 64;
  static final int VERSION = 1;

  private static final String ENDING = ".segment";
  private static final long MAGIC = 0x4b43_4150_4e41_4c45L; // "ELANPACK"

  private final int number;
  private final Path file;
  private final FileChannel channel;
  private final int made;
  private final AtomicInteger users = new AtomicInteger(1);

  /** Bytes of records that an index points to. */
  final AtomicLong live = new AtomicLong();

  /** Bytes of records that say that something was deleted. */
  final AtomicLong deletions = new AtomicLong();

  /** Where the next record goes; where the footer begins, or will. */
  private volatile long end;

  private volatile long fileBytes;
  private volatile boolean closed;

  /** Before this second there is nothing in it that may go. */
  volatile int protectedUntil;

  private Segment(int number, Path file, FileChannel channel, int made) {
    this.number = number;
    this.file = file;
    this.channel = channel;
    this.made = made;
    this.end = HEADER;
    this.fileBytes = HEADER;
  }

  static Path file(Path directory, int number) {
    return directory.resolve("%010d%s".formatted(number, ENDING));
  }

  static boolean isSegment(Path file) {
    return file.getFileName().toString().matches("\\d{10}" + ENDING);
  }

  static int number(Path file) {
    return Integer.parseInt(file.getFileName().toString().substring(0, 10));
  }

  /** Makes an empty one, whose header is on disk. */
  static Segment create(Path directory, int number, int now) throws IOException {
    Path file = file(directory, number);
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
      header.putLong(MAGIC).putInt(VERSION).putInt(number).putLong(Moments.toEpoch(now));
      header.putInt(HEADER - 4, checksum(header.array(), HEADER - 4));
      write(channel, header.clear(), 0);
      channel.force(true);
      return new Segment(number, file, channel, now);
    } catch (IOException | RuntimeException e) {
      channel.close();
      Files.deleteIfExists(file);
      throw e;
    }
  }

  /**
   * Opens one that is there. It is empty still: see {@link #setEnd}.
   *
   * @throws FileSystemException if it is none, or one of another version
   */
  static Segment open(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
      while (header.hasRemaining() && channel.read(header, header.position()) >= 0) {}
      if (header.getLong(0) != MAGIC) {
        throw new FileSystemException(file.toString(), null, "it is no segment of a packed store");
      } else if (header.getInt(8) != VERSION) {
        throw new FileSystemException(
            file.toString(),
            null,
            "its format is version " + header.getInt(8) + ", of which this Elan knows nothing");
      } else if (header.getInt(HEADER - 4) != checksum(header.array(), HEADER - 4)
          || header.getInt(12) != number(file)) {
        throw new FileSystemException(file.toString(), null, "its header is damaged");
      }
      Segment segment = new Segment(number(file), file, channel, Moments.of(header.getLong(16)));
      segment.fileBytes = channel.size();
      return segment;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C sum = new CRC32C();
    sum.update(bytes, 0, length);
    return (int) sum.getValue();
  }

  int number() {
    return number;
  }

  Path file() {
    return file;
  }

  /** The second when it was begun. */
  int made() {
    return made;
  }

  long end() {
    return end;
  }

  /** Bytes of the file. */
  long fileBytes() {
    return fileBytes;
  }

  /** Whether its footer is written and everything is on disk. */
  boolean isClosed() {
    return closed;
  }

  void setClosed() {
    closed = true;
  }

  /** What is there ends here; what may be behind it is cut off by the next write. */
  void setEnd(long newEnd) {
    end = newEnd;
    fileBytes = Math.max(fileBytes, newEnd);
  }

  /** Cuts off what is behind the end. */
  void truncate() throws IOException {
    channel.truncate(end);
    fileBytes = end;
  }

  /** Writes a record behind all others. After an exception it is as it was. */
  void append(ByteBuffer record) throws IOException {
    int bytes = record.remaining();
    write(channel, record, end);
    setEnd(end + bytes);
  }

  /** Writes something that is no record. */
  void writeBehind(ByteBuffer bytes, long offset) throws IOException {
    long behind = offset + bytes.remaining();
    write(channel, bytes, offset);
    fileBytes = Math.max(fileBytes, behind);
  }

  private static void write(FileChannel channel, ByteBuffer bytes, long offset) throws IOException {
    for (long at = offset; bytes.hasRemaining(); ) {
      at += channel.write(bytes, at);
    }
  }

  /**
   * Reads so many bytes.
   *
   * @throws EOFException if there are not as many
   */
  void read(ByteBuffer into, long offset) throws IOException {
    for (long at = offset; into.hasRemaining(); ) {
      int n = channel.read(into, at);
      if (n < 0) {
        throw new EOFException(file + " ends before " + (offset + into.limit()));
      }
      at += n;
    }
  }

  void force() throws IOException {
    channel.force(false);
  }

  /** Begins to use it, unless it is gone. To be followed by {@link #release}. */
  boolean acquire() {
    for (int now; (now = users.get()) > 0; ) {
      if (users.compareAndSet(now, now + 1)) {
        return true;
      }
    }
    return false;
  }

  void release() throws IOException {
    if (users.decrementAndGet() == 0) {
      channel.close();
    }
  }
}
