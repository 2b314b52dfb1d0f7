// SPDX-License-Identifier: Apache-2.0
package build.please.elan.bucket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BucketsTest {
  @TempDir Path directory;

  private static Bucket open(String url) throws IOException {
    return Buckets.open(url, Clock.systemUTC());
  }

  @Test
  void mem_isABucketOnTheHeap() throws IOException {
    try (Bucket bucket = open("mem://")) {
      assertInstanceOf(MemoryBucket.class, bucket);
    }
  }

  @Test
  void file_takesTheGoServersParameters() throws IOException {
    String url = "file://" + directory + "?metadata=skip&no_tmp_dir=true&create_dir=true";
    try (Bucket bucket = open(url)) {
      assertInstanceOf(FileBucket.class, bucket);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "group"})
  void file_syncIsNoneOrGroup(String sync) throws IOException {
    try (Bucket bucket = open("file://" + directory + "?sync=" + sync)) {
      assertInstanceOf(FileBucket.class, bucket);
    }
  }

  @Test
  void file_anyOtherSync_isRefusedWithTheChoice() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> open("file://" + directory + "?sync=fast"));
    assertTrue(e.toString().contains("sync is none"), e.toString());
  }

  @Test
  void file_makesTheDirectoryButNotItsParents() throws IOException {
    open("file://" + directory.resolve("new")).close();
    assertTrue(Files.isDirectory(directory.resolve("new")));

    assertThrows(NoSuchFileException.class, () -> open("file://" + directory.resolve("a/b")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "group", "always"})
  void disk_packs_withEachSync(String sync) throws IOException {
    String url = "disk://" + directory.resolve("a/b") + "?create_dir=true&sync=" + sync;
    try (Bucket bucket = open(url)) {
      assertInstanceOf(PackedBucket.class, bucket);
    }
  }

  @Test
  void directory_isOfOneKindForGood() throws IOException {
    open("disk://" + directory.resolve("packed")).close();
    open("file://" + directory.resolve("files")).close();

    IOException files =
        assertThrows(IOException.class, () -> open("file://" + directory.resolve("packed")));
    assertTrue(files.toString().contains("open it as disk://"), files.toString());
    IOException packed =
        assertThrows(IOException.class, () -> open("disk://" + directory.resolve("files")));
    assertTrue(packed.toString().contains("elan import"), packed.toString());
  }

  @Test
  void prefix_isPartOfEveryKey() throws IOException {
    try (Bucket bucket = open("file://" + directory + "?prefix=a/b/")) {
      try (BucketWriter writer = bucket.write("cas/ab/abcd", 0)) {
        writer.write("x".getBytes(UTF_8));
        writer.commit();
      }
      assertEquals(Map.of("cas/ab/abcd", 1L), bucket.sizes(List.of("cas/ab/abcd")));
      assertTrue(Files.exists(directory.resolve("a/b/cas/ab/abcd")));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "file://",
        "file:///",
        "ftp://host/dir",
        "/just/a/path",
        "mem://?size=3",
        "file:///tmp?colour=red",
        "file:///tmp?prefix=a&prefix=b",
        "file:// tmp",
        "file:///tmp?sync=always",
        "mem://?sync=group",
        "disk://",
        "disk:///tmp?colour=red",
        "disk:///tmp?metadata=skip",
        "disk:///tmp?sync=fast",
        "disk:///tmp?prefix=a/",
        "gs://",
        "gs://Bucket",
        "gs://bucket/dir",
        "gs://bucket?colour=red",
        "gs://bucket?prefix=a&prefix=b",
        "gs://bucket?key=a"
      })
  void nonsense_isRefusedByName(String url) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> open(url).close());
    assertTrue(e.toString().contains("'" + url + "'"), e.toString());
  }
}
