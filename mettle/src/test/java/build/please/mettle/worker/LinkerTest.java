// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.FileStamp;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fault 27, and the other reasons for which a file cannot have one more name. */
final class LinkerTest {
  private static final Linker.Clone NO_CLONE = (source, target) -> false;

  @TempDir Path directory;
  private Path source;
  private Path target;

  @BeforeEach
  void write() throws IOException {
    source = Files.writeString(directory.resolve("source"), "content");
    target = directory.resolve("target");
  }

  private static boolean same(Path one, Path other) throws IOException {
    return FileStamp.of(one).isSameFile(FileStamp.of(other));
  }

  @Test
  void link_isTheFileItself() throws IOException {
    assertTrue(Linker.of(LinkMode.HARD, Rig.FILE_NAMES).link(source, target, FileMode.PLAIN));
    assertTrue(same(source, target));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Too many links", "Invalid cross-device link", "Operation not permitted"})
  void linkThatIsRefused_isACopyWithTheMode(String reason) throws IOException {
    Linker linker =
        new Linker(
            LinkMode.HARD,
            (link, existing) -> {
              throw new FileSystemException(link.toString(), existing.toString(), reason);
            },
            NO_CLONE);

    assertFalse(linker.link(source, target, FileMode.EXECUTABLE));

    assertFalse(same(source, target));
    assertEquals("content", Files.readString(target));
    assertEquals(0555, FileStamp.of(target).permissions());
  }

  @Test
  void link_toAnotherDisk_isACopy() throws IOException {
    Path memory = Path.of("/dev/shm");
    Assumptions.assumeTrue(Files.isWritable(memory), "there is no /dev/shm to write to");
    Path elsewhere = Files.createTempDirectory(memory, "mettle");
    Path copy = elsewhere.resolve("target");
    try {
      Assumptions.assumeFalse(
          FileStamp.of(elsewhere).device() == FileStamp.of(directory).device(),
          "the test's directory is on /dev/shm as well");
      assertFalse(Linker.of(LinkMode.HARD, Rig.FILE_NAMES).link(source, copy, FileMode.PLAIN));
      assertEquals("content", Files.readString(copy));
      assertEquals(0444, FileStamp.of(copy).permissions());
    } finally {
      Files.deleteIfExists(copy);
      Files.delete(elsewhere);
    }
  }

  @Test
  void absentSource_isTold() {
    Linker linker = Linker.of(LinkMode.HARD, Rig.FILE_NAMES);
    Path none = directory.resolve("none");
    assertThrows(NoSuchFileException.class, () -> linker.link(none, target, FileMode.PLAIN));
    assertThrows(NoSuchFileException.class, () -> linker.copy(none, target));
  }

  @Test
  void targetThatExists_isNeverReplaced() throws IOException {
    Files.writeString(target, "there");
    for (LinkMode mode : LinkMode.values()) {
      assertThrows(
          FileAlreadyExistsException.class,
          () -> Linker.of(mode, Rig.FILE_NAMES).link(source, target, FileMode.PLAIN));
    }
    assertEquals("there", Files.readString(target));
  }

  @Test
  void clone_isAskedFirst_butNotWhenPlainCopiesAreWanted() throws IOException {
    Linker.Clone clone =
        (from, to) -> {
          Files.writeString(to, "cloned");
          return true;
        };
    new Linker(LinkMode.REFLINK, Files::createLink, clone).link(source, target, FileMode.PLAIN);
    assertEquals("cloned", Files.readString(target));
    Files.delete(target);
    new Linker(LinkMode.NEVER, Files::createLink, clone).link(source, target, FileMode.PLAIN);
    assertEquals("content", Files.readString(target));
  }

  @Test
  void reflink_makesAFileOfItsOwnOrNone() throws IOException {
    boolean cloned = new Reflink(Rig.FILE_NAMES).tryClone(source, target);
    assertEquals(cloned, Files.exists(target));
    Assumptions.assumeTrue(cloned, "the file system of the test has no reflinks");
    assertEquals("content", Files.readString(target));
    assertNotEquals(FileStamp.of(source).inode(), FileStamp.of(target).inode());
  }
}
