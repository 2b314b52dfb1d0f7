// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A log in a directory, at a time that a test sets. */
final class TestLog implements AutoCloseable {
  static final int SEGMENT = 8 << 10;
  static final int LEASE = 120;

  private static final long START = 1_800_000_000;

  private final Path directory;
  private final Durability durability;
  final AtomicLong time = new AtomicLong(START);
  PackedLog log;
  Tidying tidying;

  TestLog(Path directory, Durability durability) throws IOException {
    this.directory = directory;
    this.durability = durability;
    this.log = open();
    this.tidying = new Tidying(log);
  }

  private PackedLog open() throws IOException {
    return PackedLog.open(
        new PackedLog.Config(directory, SEGMENT, durability, time::get, LEASE), Space.UNBOUNDED);
  }

  /** What a killed process leaves, to a new one. */
  void killAndRestart() throws IOException {
    log.close();
    log = open();
    tidying = new Tidying(log);
  }

  void restart() throws IOException {
    tidying.noteUses();
    killAndRestart();
  }

  /** A blob's name. */
  static PackedName blob(int number) {
    Random random = new Random(number);
    return new PackedName(
        1, random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
  }

  /** An action result's name. */
  static PackedName result(int number) {
    PackedName blob = blob(number);
    return new PackedName(0, blob.word0(), blob.word1(), blob.word2(), blob.word3());
  }

  void store(PackedName name, String content) throws IOException {
    byte[] bytes = content.getBytes(UTF_8);
    byte[] record = new byte[RecordHeader.footprint(bytes.length)];
    System.arraycopy(bytes, 0, record, PackedLog.HEAD_ROOM, bytes.length);
    log.append(RecordBatch.of(name, record, bytes.length, 7));
  }

  @Nullable String load(PackedName name) throws IOException {
    byte[] record = log.read(name, PackedIndex.UNWATCHED, new Found());
    return record == null
        ? null
        : new String(record, PackedLog.HEAD_ROOM, record.length - PackedLog.HEAD_ROOM, UTF_8);
  }

  /** A kibibyte that differs from blob to blob. */
  static String kibibyte(int number) {
    return "%04d".formatted(number).repeat(256);
  }

  void pass(long seconds) {
    time.addAndGet(seconds);
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
