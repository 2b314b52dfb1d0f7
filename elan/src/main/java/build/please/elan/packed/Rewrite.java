// SPDX-License-Identifier: Apache-2.0
package build.please.elan.packed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a closed segment out of the log: what must stay of it goes to the end of the log, and that
 * to the disk, before the file is deleted. One at a time.
 */
final class Rewrite {
  /** Says of an object whether it may be dropped. */
  @FunctionalInterface
  interface Choice {
    boolean mayDrop(Found object);
  }

  private static final Logger logger = LoggerFactory.getLogger(Rewrite.class);

  private final PackedLog log;
  private final Segment segment;
  private final boolean hasOlder;
  private long movedBytes;
  private long droppedObjects;
  private long droppedBytes;
  private boolean wrote;

  Rewrite(PackedLog log, Segment segment) {
    this.log = log;
    this.segment = segment;
    this.hasOlder = log.segments.firstKey() < segment.number();
  }

  long movedBytes() {
    return movedBytes;
  }

  long droppedObjects() {
    return droppedObjects;
  }

  long droppedBytes() {
    return droppedBytes;
  }

  void run(List<Footer.Entry> entries, Choice choice) throws IOException {
    for (Footer.Entry entry : entries) {
      if (!entry.isDeletion()) {
        moveOrDrop(entry, choice);
      } else if (hasOlder) {
        // Else there is nothing that could come back.
        log.buryAgain(entry.name());
        wrote = true;
      }
    }
    if (wrote) {
      log.tail.forceAll();
    }
    log.segments.remove(segment.number());
    log.tail.bytes.addAndGet(-segment.fileBytes());
    Files.deleteIfExists(segment.file());
    segment.release();
  }

  private void moveOrDrop(Footer.Entry entry, Choice choice) throws IOException {
    long here = Location.of(segment.number(), entry.offset());
    Found found = new Found();
    if (!log.index.find(entry.name(), PackedIndex.UNWATCHED, found) || found.location != here) {
      return;
    }
    // An older blob is as good as this one, an older result is not.
    boolean stayGone = hasOlder && entry.name().isReplaceable();
    if (log.drop(
        entry.name(), object -> object.location == here && choice.mayDrop(object), stayGone)) {
      droppedObjects++;
      droppedBytes += entry.footprint();
      wrote |= stayGone;
      return;
    }
    byte[] record = new byte[entry.footprint()];
    segment.read(ByteBuffer.wrap(record), entry.offset());
    if (!RecordHeader.isHeader(record, 0) || !RecordHeader.isWhole(record, 0)) {
      logger.error("{} is damaged in {} and counts as missing", entry.name().key(), segment.file());
      log.drop(entry.name(), object -> object.location == here, hasOlder);
      wrote |= hasOlder;
    } else if (log.moveForward(entry.name(), here, record, entry.length())) {
      movedBytes += entry.footprint();
      wrote = true;
    }
  }
}
