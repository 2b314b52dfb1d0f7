// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.FileStamp;
import com.sun.jna.Memory;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who writes to a file is seen, or changes what it looks like. */
final class WriteWatchTest {
  private final Instant later = Instant.now().plusSeconds(60);

  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(directory.resolve("file"), "content");
  }

  private WriteWatch watch() throws IOException {
    return WriteWatch.open(file, Rig.FILE_NAMES).orElseThrow();
  }

  @Test
  void fileThatNobodyTouches_isSeenAsItIs() throws IOException {
    try (WriteWatch watch = watch()) {
      assertEquals("content", Files.readString(watch.open()));
      assertEquals(Optional.of(FileStamp.of(file)), watch.seen(later));
    }
  }

  @Test
  void writerBefore_preventsIt() throws IOException {
    try (FileChannel writer = FileChannel.open(file, StandardOpenOption.WRITE)) {
      assertTrue(writer.isOpen());
      assertTrue(WriteWatch.open(file, Rig.FILE_NAMES).isEmpty());
    }
  }

  @Test
  void writerMeanwhile_isSeen_thoughHeWritesNothing() throws IOException {
    try (WriteWatch watch = watch();
        Memory path = FileCalls.path(file, Rig.FILE_NAMES)) {
      // Otherwise it would wait for us.
      assertEquals(-1, FileCalls.open(path, FileCalls.O_WRONLY | FileCalls.O_NONBLOCK, 0));
      assertFalse(watch.holds());
      assertTrue(watch.seen(later).isEmpty());
    }
  }

  @Test
  void timeThatALaterWriteMightNotChange_provesNothing() throws IOException {
    Instant modified = Files.getLastModifiedTime(file).toInstant();
    try (WriteWatch watch = watch()) {
      assertTrue(watch.seen(modified.plusMillis(10)).isEmpty());
      assertTrue(watch.seen(modified.plusMillis(20)).isPresent());
      assertTrue(watch.seen(modified.minusSeconds(1)).isEmpty());
    }
  }

  @Test
  void anotherFileInItsPlace_isNotTheSame() throws IOException {
    try (WriteWatch watch = watch()) {
      Files.delete(file);
      Files.writeString(file, "another");
      assertTrue(watch.seen(later).isEmpty());
      assertEquals("content", Files.readString(watch.open()));
    }
  }

  @Test
  void linksAndPipes_areNotWatched() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link"), file);
    assertTrue(WriteWatch.open(link, Rig.FILE_NAMES).isEmpty());
    Path pipe = directory.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    assertTrue(WriteWatch.open(pipe, Rig.FILE_NAMES).isEmpty());
  }
}
