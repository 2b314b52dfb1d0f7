// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the records of a segment one after the other. */
final class SegmentScan {
  // Holds the largest record at least.
  private static final int WINDOW = 256 << 10;

  private final Segment segment;
  private final long end;
  private final byte[] window;
  private long windowStart;
  private int windowLength;

  private SegmentScan(Segment segment, long end) {
    this.segment = segment;
    this.end = end;
    this.window = new byte[(int) Math.min(WINDOW, Math.max(RecordHeader.BYTES, end))];
  }

  /**
   * The records of a segment that is not closed, which ends behind the last of them from now on:
   * before the first whose header is torn. One whose bytes are torn counts as absent.
   */
  static List<Footer.Entry> recover(Segment segment) throws IOException {
    SegmentScan scan = new SegmentScan(segment, segment.fileBytes());
    List<Footer.Entry> entries = new ArrayList<>();
    segment.setEnd(scan.read(entries));
    return entries;
  }

  /** The whole records of a segment to which nobody writes any more. */
  static List<Footer.Entry> list(Segment segment) throws IOException {
    List<Footer.Entry> entries = new ArrayList<>();
    new SegmentScan(segment, segment.end()).read(entries);
    return entries;
  }

  private long read(List<Footer.Entry> entries) throws IOException {
    long at = Segment.HEADER;
    for (Footer.Entry entry; (entry = at(at)) != null; at += entry.footprint()) {
      if (isWhole(entry)) {
        entries.add(entry);
      }
    }
    return at;
  }

  private Footer.@Nullable Entry at(long offset) throws IOException {
    if (!holds(offset, RecordHeader.BYTES)) {
      return null;
    }
    int at = (int) (offset - windowStart);
    if (!RecordHeader.isHeader(window, at)) {
      return null;
    }
    int length = RecordHeader.length(window, at);
    if (offset + RecordHeader.footprint(length) > end) {
      return null;
    }
    return new Footer.Entry(
        RecordHeader.name(window, at),
        offset,
        length,
        Moments.of(RecordHeader.written(window, at)));
  }

  private boolean isWhole(Footer.Entry entry) throws IOException {
    return holds(entry.offset(), entry.footprint())
        && RecordHeader.isWhole(window, (int) (entry.offset() - windowStart));
  }

  /** Has so many bytes in the window, if there are as many. */
  private boolean holds(long offset, int bytes) throws IOException {
    if (offset + bytes > end) {
      return false;
    }
    if (offset < windowStart || offset + bytes > windowStart + windowLength) {
      windowStart = offset;
      windowLength = (int) Math.min(window.length, end - offset);
      segment.read(ByteBuffer.wrap(window, 0, windowLength), offset);
    }
    return true;
  }
}
