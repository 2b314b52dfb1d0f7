// SPDX-License-Identifier: Apache-2.0
package build.please.elan.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.BlobStore;
import build.please.common.cas.Digest;
import build.please.common.cas.Encoding;
import build.please.common.cas.FileStamp;
import build.please.common.cas.LocalFile;
import build.please.common.cas.StoreFullException;
import build.please.elan.bucket.BoundedBuckets;
import build.please.elan.bucket.Bounds;
import build.please.elan.bucket.Bucket;
import build.please.elan.bucket.Buckets;
import build.please.elan.bucket.FakeTime;
import build.please.elan.bucket.FileBucket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that others on this machine link from the store, and files of theirs that it adopts. */
final class LocalFilesTest {
  private static final int LARGE = 100_000;

  @TempDir Path directory;
  private BlobStore blobs;

  @BeforeEach
  void open() throws IOException {
    blobs = open(Bounds.NONE, "");
  }

  private BlobStore open(Bounds bounds, String parameters) throws IOException {
    Bucket bucket =
        Buckets.open(
            "file://" + directory.resolve("store") + parameters, bounds, Clock.systemUTC());
    return BucketCas.of(bucket).blobs();
  }

  private void reopen() throws IOException {
    blobs.close();
    open();
  }

  @AfterEach
  void close() throws IOException {
    blobs.close();
  }

  private Path file(Digest digest) throws IOException {
    return blobs.file(digest).orElseThrow().path();
  }

  private static void overwrite(Path file, byte[] bytes) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    Files.write(file, bytes);
  }

  private Path sealed(String name, byte[] bytes) throws IOException {
    Path file = Files.write(directory.resolve(name), bytes);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
    return file;
  }

  @ParameterizedTest
  @ValueSource(ints = {10, LARGE})
  void file_holdsTheBlob(int size) throws IOException {
    byte[] bytes = Blobs.random(size, 1);
    LocalFile file = blobs.file(Blobs.store(blobs, bytes)).orElseThrow();

    assertArrayEquals(bytes, Files.readAllBytes(file.path()));
    assertEquals(FileStamp.of(file.path()), file.stamp());
    assertEquals(0444, file.stamp().permissions());
    assertTrue(blobs.file(Digest.of(new byte[] {1})).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(ints = {10, LARGE})
  void fileThatWasDamagedBeforeTheStart_isMissing(int size) throws IOException {
    byte[] bytes = Blobs.random(size, 2);
    Digest digest = Blobs.store(blobs, bytes);
    Path file = file(digest);
    bytes[size / 2] ^= 1;
    overwrite(file, bytes);
    reopen();

    assertTrue(blobs.file(digest).isEmpty());
    assertEquals(Set.of(digest), blobs.findMissing(Set.of(digest)));
    assertFalse(Files.exists(file));
  }

  @ParameterizedTest
  @ValueSource(ints = {10, LARGE})
  void fileThatChanges_isNoticedByItsStamp(int size) throws IOException {
    byte[] bytes = Blobs.random(size, 3);
    Digest digest = Blobs.store(blobs, bytes);
    bytes[0] ^= 1;
    overwrite(file(digest), bytes);

    assertTrue(blobs.file(digest).isEmpty());
    assertEquals(Set.of(digest), blobs.findMissing(Set.of(digest)));
  }

  @Test
  void fileThatIsOnlyTouched_staysAndIsReadOnlyAgain() throws IOException {
    byte[] bytes = Blobs.random(10, 4);
    Digest digest = Blobs.store(blobs, bytes);
    overwrite(file(digest), bytes);

    assertEquals(0444, blobs.file(digest).orElseThrow().stamp().permissions());
    assertArrayEquals(bytes, Blobs.load(blobs, digest, Encoding.IDENTITY, 0));
  }

  @ParameterizedTest
  @ValueSource(ints = {10, LARGE})
  void fileWithAForgedTime_isNoticedWhenLookedAtAgain(int size) throws IOException {
    byte[] bytes = Blobs.random(size, 5);
    Digest digest = Blobs.store(blobs, bytes);
    Path file = file(digest);
    blobs.read(digest, Encoding.IDENTITY, 0).close();
    FileTime time = Files.getLastModifiedTime(file);
    bytes[0] ^= 1;
    overwrite(file, bytes);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
    Files.setLastModifiedTime(file, time);

    assertTrue(blobs.file(digest).isPresent(), "the stamp tells nothing");
    blobs.recheck(digest);
    assertTrue(blobs.file(digest).isEmpty());
    assertEquals(Set.of(digest), blobs.findMissing(Set.of(digest)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?sync=group", "?prefix=p/"})
  void adopted_isTheSameFileUnderItsNewName(String parameters) throws IOException {
    blobs.close();
    blobs = open(new Bounds(1 << 20, 0, Duration.ofMinutes(2)), parameters);
    byte[] bytes = Blobs.random(LARGE, 6);
    Digest digest = Digest.of(bytes);
    Path output = sealed("output", bytes);
    FileStamp before = FileStamp.of(output);

    assertTrue(blobs.adopt(digest, output));

    assertFalse(Files.exists(output));
    assertEquals(before, blobs.file(digest).orElseThrow().stamp());
    assertEquals(Set.of(), blobs.findMissing(Set.of(digest)));
    assertArrayEquals(bytes, Blobs.load(blobs, digest, Encoding.IDENTITY, 0));
  }

  @Test
  void adoptedWithOtherBytes_isNeverHandedOut() throws IOException {
    Digest digest = Digest.of(new byte[] {1, 2, 3});
    assertTrue(blobs.adopt(digest, sealed("output", new byte[] {1, 2, 4})));

    assertTrue(blobs.file(digest).isEmpty());
    assertEquals(Set.of(digest), blobs.findMissing(Set.of(digest)));
  }

  @Test
  void adoption_fromAnotherDisk_leavesTheFile() throws IOException {
    Path memory = Path.of("/dev/shm");
    Assumptions.assumeTrue(Files.isWritable(memory), "there is no /dev/shm to write to");
    Path elsewhere = Files.createTempDirectory(memory, "mettle");
    try {
      Assumptions.assumeFalse(
          Files.getAttribute(elsewhere, "unix:dev")
              .equals(Files.getAttribute(directory, "unix:dev")),
          "the test's directory is on /dev/shm as well");
      Path output = Files.write(elsewhere.resolve("output"), new byte[] {1});
      assertFalse(blobs.adopt(Digest.of(new byte[] {1}), output));
      assertTrue(Files.exists(output));
    } finally {
      Files.deleteIfExists(elsewhere.resolve("output"));
      Files.delete(elsewhere);
    }
  }

  @Test
  void adoption_intoAFullStore_isRefused() throws IOException {
    blobs.close();
    Bounds bounds = new Bounds(8000, 0, Duration.ofMinutes(2));
    FileBucket files = FileBucket.open(directory.resolve("store"));
    blobs = BucketCas.of(BoundedBuckets.around(files, bounds, new FakeTime())).blobs();
    Blobs.store(blobs, Blobs.random(5000, 7));
    byte[] bytes = Blobs.random(5000, 8);
    Path output = sealed("output", bytes);

    assertThrows(StoreFullException.class, () -> blobs.adopt(Digest.of(bytes), output));
    assertTrue(Files.exists(output));
  }
}
