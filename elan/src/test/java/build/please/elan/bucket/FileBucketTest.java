// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileBucketTest extends BucketContract {
  @TempDir Path root;
  private FileBucket bucket;

  @BeforeEach
  void open() throws IOException {
    bucket = FileBucket.open(root);
  }

  @AfterEach
  void close() throws IOException {
    bucket.close();
  }

  @Override
  Bucket bucket() {
    return bucket;
  }

  private List<Path> staged() throws IOException {
    try (Stream<Path> files = Files.walk(root.resolve(".elan/tmp"))) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !file.toString().endsWith(".lock"))
          .toList();
    }
  }

  @Test
  void commit_putsAReadOnlyFileUnderItsKey() throws IOException {
    store("cas/ab/abcd", "x");

    Path file = root.resolve("cas/ab/abcd");
    assertEquals("x", Files.readString(file));
    assertEquals(PosixFilePermissions.fromString("r--r--r--"), Files.getPosixFilePermissions(file));
    assertEquals(file.toRealPath(), bucket.file("cas/ab/abcd").orElseThrow().path());
    assertTrue(bucket.file("cas/ab/none").isEmpty());
    assertEquals(List.of(), staged());
  }

  @Test
  void close_withoutCommit_freesTheSpace() throws IOException {
    try (BucketWriter writer = bucket.write("cas/ab/abcd", 1)) {
      writer.write("x".getBytes(UTF_8));
      assertEquals(1, staged().size());
    }
    assertEquals(List.of(), staged());
  }

  @Test
  void files_ofTheGoServer_areReadAndItsSideCarsIgnored() throws IOException {
    Files.createDirectories(root.resolve("cas/ab"));
    Files.writeString(root.resolve("cas/ab/abcd"), "theirs");
    Files.writeString(root.resolve("cas/ab/abcd.attrs"), "{\"user.content_type\":\"text/plain\"}");

    assertEquals("theirs", load("cas/ab/abcd", 0));
    try (Stream<StoredObject> all = bucket.list("cas/")) {
      assertEquals(List.of("cas/ab/abcd"), all.map(StoredObject::key).toList());
    }
  }

  @Test
  void open_sweepsWhatAKilledProcessLeft_andNothingOfALiveOne() throws IOException {
    Path tmp = root.resolve(".elan/tmp");
    Path left = Files.createDirectory(tmp.resolve("dead"));
    Files.writeString(left.resolve("1"), "half a blob");
    Files.writeString(tmp.resolve("dead.lock"), "");

    try (BucketWriter live = bucket.write("cas/ab/abcd", 1);
        FileBucket second = FileBucket.open(root)) {
      assertFalse(Files.exists(left));
      live.write("x".getBytes(UTF_8));
      live.commit();
      assertEquals(Map.of("cas/ab/abcd", 1L), second.sizes(List.of("cas/ab/abcd")));
    }
  }

  @Test
  void commit_afterAParentWasRemoved_makesItAgain() throws IOException {
    store("cas/ab/abcd", "x");
    Files.delete(root.resolve("cas/ab/abcd"));
    Files.delete(root.resolve("cas/ab"));

    store("cas/ab/abcd", "y");

    assertEquals("y", load("cas/ab/abcd", 0));
  }

  @Test
  void sizes_doesNotTakeADirectoryForAnObject() throws IOException {
    Files.createDirectories(root.resolve("cas/ab/abcd"));

    assertEquals(Map.of(), bucket.sizes(List.of("cas/ab/abcd")));
  }

  @Test
  void sizes_whatCannotBeLookedAt_isNoAbsence() throws IOException {
    Files.createSymbolicLink(root.resolve("loop"), root.resolve("loop"));

    assertThrows(IOException.class, () -> bucket.sizes(List.of("loop/abcd")));
  }

  @Test
  void open_whereNothingIs_saysSo() {
    NoSuchFileException e =
        assertThrows(NoSuchFileException.class, () -> FileBucket.open(root.resolve("none")));
    assertTrue(e.toString().contains("no such directory"), e.toString());
  }
}
