// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.common.cas.FileStamp;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.StringReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is in the cache, for how long, and what becomes of it when the worker dies. */
@Timeout(60)
final class FileCacheTest {
  /** What the cache counts for a file of a few bytes: a block, and one for its inode. */
  private static final long FILE = 2 * 4096;

  @TempDir Path directory;
  private FileCache cache;

  @BeforeEach
  void open() throws Exception {
    open(100 * FILE);
  }

  private void open(long maxBytes) throws Exception {
    cache = FileCache.open(directory.resolve("cache"), maxBytes);
    cache.awaitScan();
  }

  private void reopen(long maxBytes) throws Exception {
    cache.close();
    open(maxBytes);
  }

  @AfterEach
  void close() {
    cache.close();
  }

  private static Digest digest(String content) {
    return Digest.of(ByteString.copyFromUtf8(content));
  }

  private static BlobForm plain(String content) {
    return new BlobForm(digest(content), FileMode.PLAIN);
  }

  private CachedFile add(String content) throws IOException {
    return add(plain(content), content);
  }

  private CachedFile add(BlobForm form, String content) throws IOException {
    return cache.add(form, file -> Files.writeString(file, content));
  }

  private void addAndRelease(String... contents) throws IOException {
    for (String content : contents) {
      cache.release(List.of(add(content)));
    }
  }

  /** Which of them are there; looking counts as a use. */
  private List<String> there(String... contents) throws IOException {
    List<String> there = new ArrayList<>();
    for (String content : contents) {
      Optional<CachedFile> file = cache.hold(plain(content));
      if (file.isPresent()) {
        assertEquals(content, Files.readString(cache.path(file.get())));
        cache.release(List.of(file.get()));
        there.add(content);
      }
    }
    return there;
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(cache.directory())) {
      return all.filter(Files::isRegularFile)
          .filter(file -> !cache.directory().equals(file.getParent()))
          .toList();
    }
  }

  @Test
  void blob_isThereOncePerMode() throws IOException {
    CachedFile plain = add("x");
    CachedFile again = add("x");
    CachedFile program = add(new BlobForm(digest("x"), FileMode.EXECUTABLE), "x");

    assertEquals(cache.path(plain), cache.path(again));
    assertNotEquals(cache.path(plain), cache.path(program));
    assertEquals(0444, FileStamp.of(cache.path(plain)).permissions());
    assertEquals(0555, FileStamp.of(cache.path(program)).permissions());
    assertEquals(2, files().size());
    assertEquals(2 * FILE, cache.bytes());
  }

  @Test
  void makerThatFails_leavesNothing() throws IOException {
    assertThrows(
        IOException.class,
        () ->
            cache.add(
                plain("x"),
                file -> {
                  Files.writeString(file, "half");
                  throw new IOException("the network is down");
                }));
    assertEquals(List.of(), files());
    assertTrue(cache.hold(plain("x")).isEmpty());
  }

  @Test
  void leastRecentlyUsed_goesFirst() throws Exception {
    reopen(3 * FILE);
    addAndRelease("a", "b", "c");
    assertEquals(List.of("a"), there("a"));
    addAndRelease("d");

    assertEquals(List.of("a", "c", "d"), there("a", "b", "c", "d"));
    assertEquals(3, files().size());
    assertEquals(3 * FILE, cache.bytes());
  }

  @Test
  void held_neverGoes_andTheBoundHoldsAgainAfterwards() throws Exception {
    reopen(2 * FILE);
    List<CachedFile> held = new ArrayList<>();
    for (String content : List.of("a", "b", "c", "d")) {
      held.add(add(content));
    }
    addAndRelease("e");
    assertEquals(4, files().size());
    for (CachedFile file : held) {
      assertTrue(Files.exists(cache.path(file)));
    }
    cache.release(held);

    assertEquals(2, files().size());
    assertEquals(List.of("c", "d"), there("a", "b", "c", "d", "e"));
  }

  @Test
  void heldTwice_staysForTheSecond() throws Exception {
    reopen(FILE);
    CachedFile first = add("a");
    CachedFile second = cache.hold(plain("a")).orElseThrow();
    cache.release(List.of(first));
    addAndRelease("b");

    assertTrue(Files.exists(cache.path(second)));
    cache.release(List.of(second));
  }

  @Test
  void restart_keepsFilesAndTheOrderOfTheirUse() throws Exception {
    addAndRelease("a", "b", "c");
    // As staging would.
    Path input = directory.resolve("input");
    CachedFile used = cache.hold(plain("a")).orElseThrow();
    awaitNextTick();
    Files.createLink(input, cache.path(used));
    cache.release(List.of(used));
    reopen(2 * FILE);
    assertEquals(3, files().size());

    addAndRelease("d");

    assertEquals(List.of("a", "d"), there("a", "b", "c", "d"));
  }

  /** Times of files are those of the kernel's last tick. */
  private void awaitNextTick() throws IOException {
    Path file = Files.writeString(directory.resolve("tick"), "");
    Object before = Files.getAttribute(file, "unix:ctime");
    do {
      Files.writeString(file, "");
    } while (before.equals(Files.getAttribute(file, "unix:ctime")));
  }

  @Test
  void fileThatWasDamagedMeanwhile_isNotUsed() throws Exception {
    addAndRelease("right", "other");
    cache.close();
    for (Path file : files()) {
      if (Files.readString(file).equals("right")) {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Files.writeString(file, "wrong");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
      }
    }
    open(100 * FILE);

    assertEquals(List.of("other"), there("right", "other"));
    assertEquals(1, files().size());
  }

  @Test
  void fileWithAnotherModeThanItsShelf_isNotUsed() throws Exception {
    addAndRelease("x");
    cache.close();
    Files.setPosixFilePermissions(files().get(0), PosixFilePermissions.fromString("rwxr-xr-x"));
    open(100 * FILE);

    assertEquals(List.of(), there("x"));
  }

  @Test
  void whatAKilledWorkerWasWriting_isSwept() throws Exception {
    addAndRelease("whole");
    Path temporary = cache.directory().resolve("tmp/17");
    Files.writeString(temporary, "hal");
    reopen(100 * FILE);

    assertFalse(Files.exists(temporary));
    assertEquals(List.of("whole"), there("whole"));
  }

  @Test
  void foreignFiles_areLeftAlone() throws Exception {
    addAndRelease("x");
    Path x = files().get(0);
    Path readme = Files.writeString(x.resolveSibling("README"), "mine");
    Path odd = Files.writeString(x.resolveSibling("z".repeat(64) + ".1"), "mine");
    reopen(100 * FILE);

    assertEquals(List.of("x"), there("x"));
    assertTrue(Files.exists(readme));
    assertTrue(Files.exists(odd));
  }

  @Test
  void dropped_isGoneForAllAndCanComeAgain() throws IOException {
    CachedFile file = add("x");
    CachedFile other = cache.hold(plain("x")).orElseThrow();
    cache.drop(file);

    assertTrue(cache.hold(plain("x")).isEmpty());
    assertFalse(Files.exists(cache.path(file)));
    CachedFile fresh = add("x");
    cache.drop(other);
    cache.release(List.of(file, other));
    assertTrue(Files.exists(cache.path(fresh)));
    assertEquals(FILE, cache.bytes());
  }

  @Test
  void additionsWhileTheScanRuns_takeThePlaceOfWhatItFinds() throws Exception {
    for (int i = 0; i < 40; i++) {
      addAndRelease("content " + i);
    }
    for (int round = 0; round < 40; round++) {
      cache.close();
      cache = FileCache.open(directory.resolve("cache"), 100 * FILE);
      for (int i = 0; i < 40; i++) {
        String content = "content " + i;
        StringReader once = new StringReader(content);
        cache.release(
            List.of(
                cache.add(
                    plain(content),
                    file -> {
                      try (Writer out = Files.newBufferedWriter(file)) {
                        once.transferTo(out);
                      }
                    })));
      }
      cache.awaitScan();
      assertEquals(40 * FILE, cache.bytes());
      assertEquals(40, files().size());
      assertEquals(List.of("content 7"), there("content 7"));
    }
  }

  @Test
  void secondProcess_isRefused() {
    FileSystemException refused =
        assertThrows(
            FileSystemException.class, () -> FileCache.open(directory.resolve("cache"), FILE));
    assertTrue(refused.toString().contains("in use by another process"), refused::toString);
  }

  @Test
  void emptyBlob_isAFileAsAllOthers() throws IOException {
    add("");
    assertEquals(0, Files.size(files().get(0)));
    assertEquals(Digest.EMPTY, Digest.of("".getBytes(StandardCharsets.UTF_8)));
  }
}
