// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import build.please.elan.packed.PackedLog;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Collects the bytes of a small object; one that turns out to be large goes on in a file. */
final class PackedWriter extends BucketWriter {
  private static final int SMALLEST = 256;

  /** What becomes of the bytes. */
  interface Destination {
    /**
     * Takes those of a small object.
     *
     * @param record as {@link build.please.elan.packed.RecordBatch#of} wants it
     */
    void append(byte[] record, int length) throws IOException;

    /** Takes those of a large one. */
    BucketWriter file() throws IOException;
  }

  private final Destination destination;
  private byte[] record;
  private int length;
  private @Nullable BucketWriter file;

  PackedWriter(Destination destination, long sizeHint) {
    this.destination = destination;
    int likely = (int) Math.max(0, Math.min(sizeHint, PackedLog.MOST_BYTES));
    this.record = new byte[capacity(likely)];
  }

  private static int capacity(int bytes) {
    return PackedLog.HEAD_ROOM + ((bytes + 7) & ~7);
  }

  @Override
  public void write(byte[] bytes, int offset, int more) throws IOException {
    if (file == null && length + more > PackedLog.MOST_BYTES) {
      file = destination.file();
      file.write(record, PackedLog.HEAD_ROOM, length);
    }
    if (file != null) {
      file.write(bytes, offset, more);
      return;
    }
    if (PackedLog.HEAD_ROOM + length + more > record.length) {
      int enough = Math.max(SMALLEST, Math.max(length + more, 2 * length));
      record = Arrays.copyOf(record, capacity(Math.min(enough, PackedLog.MOST_BYTES)));
    }
    System.arraycopy(bytes, offset, record, PackedLog.HEAD_ROOM + length, more);
    length += more;
  }

  @Override
  public void commit() throws IOException {
    if (file != null) {
      file.commit();
    } else {
      destination.append(record, length);
    }
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
