// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.CasException;
import build.please.common.cas.StoreFullException;
import build.please.elan.faultyfs.Faults;
import build.please.elan.faultyfs.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A disk that refuses: the writer hears why, nobody sees a part, what is there can be read, and all
 * is well when the disk is (faults 17, 21, 23, 24, 26; J3).
 */
final class DiskFaultsTest {
  private static final String OLD = "cas/ab/aaaa";
  private static final String NEW = "cas/cd/bbbb";

  @TempDir Path directory;
  private final Faults faults = new Faults();
  private FileBucket bucket;

  @BeforeEach
  void open() throws IOException {
    bucket = FileBucket.open(faults.faulty(directory));
    store(OLD, "there before");
  }

  @AfterEach
  void close() throws IOException {
    faults.recover();
    bucket.close();
  }

  private void store(String key, String content) throws IOException {
    try (BucketWriter writer = bucket.write(key, 0)) {
      for (byte b : content.getBytes(UTF_8)) {
        writer.write(b);
      }
      writer.commit();
    }
  }

  private String load(String key) throws IOException {
    try (InputStream in = bucket.read(key, 0)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private List<String> staged() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve(".elan/tmp"))) {
      return files
          .filter(Files::isRegularFile)
          .map(Path::toString)
          .filter(file -> !file.endsWith(".lock"))
          .toList();
    }
  }

  private IOException refused() throws IOException {
    IOException e = assertThrows(IOException.class, () -> store(NEW, "new"));
    assertEquals(Map.of(OLD, 12L), bucket.sizes(List.of(OLD, NEW)));
    assertEquals("there before", load(OLD));
    assertEquals(List.of(), staged());
    return e;
  }

  private void assertRecovers() throws IOException {
    faults.recover();
    store(NEW, "new");
    assertEquals("new", load(NEW));
  }

  @ParameterizedTest
  @CsvSource({
    "CREATE, No space left on device, inodes",
    "MAKE_DIRECTORY, No space left on device, inodes",
    "MOVE, No space left on device, inodes",
    "WRITE, No space left on device, full",
    "CREATE, Disk quota exceeded, quota",
    "WRITE, Disk quota exceeded, quota",
    "MAKE_DIRECTORY, Disk quota exceeded, quota"
  })
  void noRoom_isTheStoreBeingFull(Operation operation, String reason, String says)
      throws IOException {
    faults.fail(operation, reason);

    IOException e = refused();

    assertInstanceOf(StoreFullException.class, e);
    assertTrue(e.toString().contains(says), e.toString());
    assertRecovers();
  }

  @ParameterizedTest
  @CsvSource({
    "CREATE, Input/output error",
    "WRITE, Input/output error",
    "MOVE, Input/output error",
    "MAKE_DIRECTORY, Input/output error",
    "CREATE, Read-only file system",
    "WRITE, Read-only file system",
    "MOVE, Read-only file system",
    "MOVE, Invalid cross-device link",
    "MAKE_DIRECTORY, Read-only file system",
    "CREATE, Too many open files"
  })
  void anythingElse_isAnOutage(Operation operation, String reason) throws IOException {
    faults.fail(operation, reason);

    assertFalse(refused() instanceof CasException);

    assertRecovers();
  }

  @Test
  void noRoom_afterTheFirstBytes() throws IOException {
    faults.failNth(Operation.WRITE, 2, Faults.NO_SPACE);

    assertInstanceOf(StoreFullException.class, refused());
  }

  /** Fault J3: a file can be made and renamed though its bytes were lost. */
  @Test
  void bytesThatWereLost_areNoticedBeforeTheRename() throws IOException {
    faults.loseBytes();

    IOException e = refused();

    assertTrue(e.toString().contains("wrote 3 bytes but the file has 0"), e.toString());
    assertRecovers();
  }

  @Test
  void whatCannotBeRead_isNoAbsence() {
    faults.fail(Operation.STAT, Faults.IO_ERROR);
    assertThrows(IOException.class, () -> bucket.sizes(List.of(OLD)));

    faults.recover();
    faults.fail(Operation.OPEN, Faults.TOO_MANY_FILES);
    assertThrows(IOException.class, () -> bucket.read(OLD, 0));

    faults.recover();
    faults.fail(Operation.LIST, Faults.IO_ERROR);
    assertThrows(UncheckedIOException.class, () -> bucket.list("").count());
  }

  /** Fault 9. */
  @Test
  void directoryThatMayNotBeEntered_isPassedOver() throws IOException {
    Files.createDirectory(directory.resolve("lost+found"));
    faults.watch(
        (operation, path) -> {
          if (operation == Operation.LIST && path.endsWith("lost+found")) {
            throw new AccessDeniedException(path.toString());
          }
        });

    try (Stream<StoredObject> all = bucket.list("")) {
      assertEquals(List.of(OLD), all.map(StoredObject::key).toList());
    }
  }

  /** Fault 26; also what a disk looks like that is no longer mounted. */
  @Test
  void storeThatVanished_isAnOutage_andIsNotMadeAgain() throws IOException {
    Path moved = directory.resolveSibling(directory.getFileName() + "-moved");
    Files.move(directory, moved);

    assertThrows(IOException.class, () -> store(NEW, "new"));
    assertThrows(IOException.class, () -> bucket.sizes(List.of(OLD)));
    assertFalse(Files.exists(directory));

    Files.createDirectory(directory);
    assertThrows(IOException.class, () -> store(NEW, "new"));
    assertThrows(IOException.class, () -> bucket.sizes(List.of(OLD)));
    IOException e = assertThrows(IOException.class, () -> bucket.read(OLD, 0));
    assertTrue(e.toString().contains("is gone"), e.toString());
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(0, files.count());
    }
    Files.delete(directory);
    Files.move(moved, directory);
    assertRecovers();
  }

  @ParameterizedTest
  @CsvSource({
    "CREATE, Read-only file system",
    "CREATE, Input/output error",
    "WRITE, Input/output error"
  })
  void diskThatTakesNoFile_failsTheProbe(Operation operation, String reason) throws IOException {
    bucket.probe();
    faults.fail(operation, reason);

    assertThrows(IOException.class, bucket::probe);

    faults.recover();
    bucket.probe();
    assertEquals(List.of(), staged());
  }

  @ParameterizedTest
  @CsvSource({
    "CREATE, No space left on device",
    "WRITE, No space left on device",
    "WRITE, Disk quota exceeded"
  })
  void diskThatIsFull_passesTheProbe(Operation operation, String reason) throws IOException {
    faults.fail(operation, reason);

    bucket.probe();

    assertEquals(List.of(), staged());
  }

  @Test
  void storeThatVanishesDuringACommit_isNotMadeAgain() throws IOException {
    Path moved = directory.resolveSibling(directory.getFileName() + "-moved");
    faults.watch(
        (operation, path) -> {
          if (operation == Operation.MAKE_DIRECTORY && !Files.exists(moved)) {
            Files.move(directory, moved);
            Files.createDirectory(directory);
          }
        });

    assertThrows(IOException.class, () -> store(NEW, "new"));

    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(List.of(), files.toList());
    }
    Files.delete(directory);
    Files.move(moved, directory);
    faults.recover();
  }

  @Test
  void fullDisk_whenTheServerStarts_isServed() throws IOException {
    bucket.close();
    faults.fail(Operation.WRITE, Faults.NO_SPACE);
    bucket = FileBucket.open(faults.faulty(directory));

    assertTrue(bucket.owner().isOwner());
    assertInstanceOf(StoreFullException.class, refused());
    assertRecovers();
  }

  @Test
  void forcedStore_thatIsFull_saysSoToo() throws IOException {
    bucket.close();
    bucket =
        FileBucket.open(
            faults.faulty(directory), FileBucketConfig.of(Sync.GROUP, Clock.systemUTC()));
    faults.fail(Operation.FORCE, path -> path.toString().contains("tmp"), Faults.NO_SPACE);

    assertInstanceOf(StoreFullException.class, refused());
    assertRecovers();
  }
}
