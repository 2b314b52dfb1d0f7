// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fills the index of a log from what the last run left, however it ended. */
final class Recovery {
  private static final Logger log = LoggerFactory.getLogger(Recovery.class);

  private final Path directory;
  private final PackedIndex index;
  private final Map<Integer, Segment> segments;
  private final Found before = new Found();

  Recovery(Path directory, PackedIndex index, Map<Integer, Segment> segments) {
    this.directory = directory;
    this.index = index;
    this.segments = segments;
  }

  /** Reads all segments, oldest first, and says which is to be written on. */
  Segment run(int now) throws IOException {
    @Nullable Segment last = null;
    try {
      for (Path file : files()) {
        if (Files.size(file) < Segment.HEADER) {
          // Killed before anything could be written to it.
          Files.delete(file);
          continue;
        }
        last = Segment.open(file);
        segments.put(last.number(), last);
        read(last);
      }
      if (last != null && !last.isClosed()) {
        last.truncate();
        return last;
      }
      Segment first = Segment.create(directory, last == null ? 1 : last.number() + 1, now);
      segments.put(first.number(), first);
      return first;
    } catch (IOException | RuntimeException e) {
      for (Segment segment : segments.values()) {
        segment.release();
      }
      throw e;
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(Segment::isSegment).sorted().toList();
    }
  }

  private void read(Segment segment) throws IOException {
    boolean isClosed =
        Footer.read(
            segment,
            (name, offset, length, written) -> take(segment, name, offset, length, written));
    if (isClosed) {
      return;
    }
    for (Footer.Entry entry : SegmentScan.recover(segment)) {
      take(segment, entry.name(), entry.offset(), entry.length(), entry.written());
    }
    long torn = segment.fileBytes() - segment.end();
    if (torn > 0) {
      log.warn("cut {} bytes off {}, which were not written to their end", torn, segment.file());
    }
  }

  private void take(Segment segment, ObjectName name, long offset, int length, int written) {
    boolean isDeletion = length == RecordHeader.DELETED;
    boolean replaces =
        isDeletion
            ? index.removeIf(name, object -> true, before)
            : index.putNamed(name, Location.of(segment.number(), offset), length, written, before);
    (isDeletion ? segment.deletions : segment.live).addAndGet(RecordHeader.footprint(length));
    if (replaces) {
      Segment older = segments.get(Location.segment(before.location));
      if (older != null) {
        older.live.addAndGet(-RecordHeader.footprint(before.size));
      }
    }
  }
}
