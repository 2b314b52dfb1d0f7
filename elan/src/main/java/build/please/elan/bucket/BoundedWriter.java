// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongUnaryOperator;

/** Asks for room as the bytes come, since what a client says will come may never. */
final class BoundedWriter extends BucketWriter {
  private static final long STEP = 1 << 20;

  /** Commits what was written, so that the bounds know of it. */
  @FunctionalInterface
  interface Commit {
    /**
     * Commits it.
     *
     * @param bytes that the object takes
     */
    void commit(long bytes) throws IOException;
  }

  private final BucketWriter writer;
  private final Room room;
  private final LongUnaryOperator footprint;
  private final Commit commit;
  private long written;
  private long reserved;

  /**
   * @param footprint bytes that an object of a size takes
   * @param commit commits {@code writer}
   */
  BoundedWriter(BucketWriter writer, Room room, LongUnaryOperator footprint, Commit commit) {
    this.writer = writer;
    this.room = room;
    this.footprint = footprint;
    this.commit = commit;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    long needed = footprint.applyAsLong(written + length);
    if (needed > reserved) {
      // In steps that grow with the object, so that a large one does not ask for each piece.
      long more = Math.max(needed - reserved, Math.min(reserved, STEP));
      room.reserve(more);
      reserved += more;
    }
    writer.write(bytes, offset, length);
    written += length;
  }

  @Override
  Optional<Path> staged() {
    return writer.staged();
  }

  @Override
  public void commit() throws IOException {
    commit.commit(footprint.applyAsLong(written));
    giveBack();
  }

  @Override
  public void close() throws IOException {
    giveBack();
    writer.close();
  }

  private void giveBack() {
    room.release(reserved);
    reserved = 0;
  }
}
