// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.common.cas.FileStamp;
import build.please.mettle.conformance.Shows;
import build.please.proto.execution.ExecuteResponse;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What inputs share with the cache and the store, and how often they are fetched (DIR-12). */
@Timeout(60)
final class InputLinkingTest {
  @TempDir Path directory;
  private Rig rig;

  @BeforeEach
  void open() {
    rig = new Rig(directory);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private String sees(String script) {
    rig.action.clearCommandDigest().setDoNotCache(true);
    ExecuteResponse response = rig.shell(script).run();
    assertEquals(Code.OK, Rig.code(response), response::toString);
    assertEquals(0, response.getResult().getExitCode(), () -> rig.stderr(response));
    return rig.stdout(response).strip();
  }

  private static Digest digest(String content) {
    return Digest.of(ByteString.copyFromUtf8(content));
  }

  private String inode(String content, FileMode mode) throws IOException {
    CachedFile file = rig.files().hold(new BlobForm(digest(content), mode)).orElseThrow();
    FileStamp stamp = FileStamp.of(rig.files().path(file));
    rig.files().release(List.of(file));
    return Long.toString(stamp.inode());
  }

  private void link(LinkMode mode) {
    InputConfig standard = rig.config().inputs();
    rig.inputs(
        new InputConfig(
            standard.cacheDirectory(), standard.cacheMaxBytes(), mode, standard.check()));
  }

  @Test
  @Shows("DIR-06")
  void files_areTheCaches_oneInodePerMode() throws IOException {
    rig.inputs.file("a", "same").file("d/b", "same").script("c", "same").script("d/e", "same");

    List<String> inodes = sees("stat -c %i a d/b c d/e").lines().toList();

    assertEquals(inodes.get(0), inodes.get(1));
    assertEquals(inodes.get(2), inodes.get(3));
    assertNotEquals(inodes.get(0), inodes.get(2));
    assertEquals(inode("same", FileMode.PLAIN), inodes.get(0));
    assertEquals(inode("same", FileMode.EXECUTABLE), inodes.get(2));
  }

  @Test
  void secondAction_fetchesNothing_evenAfterARestart() throws InterruptedException {
    rig.inputs.file("a", "alpha").script("b", "beta");
    sees("cat a b");
    rig.blobs.asked.clear();
    sees("cat b a");
    rig.reopenFiles();
    rig.files().awaitScan();
    sees("cat a");

    assertFalse(rig.blobs.asked.contains(digest("alpha")));
    assertFalse(rig.blobs.asked.contains(digest("beta")));
  }

  @Test
  void blobInTheOtherMode_isCopiedAndNotFetched() {
    rig.inputs.file("a", "alpha");
    sees("cat a");
    rig.blobs.blobs.remove(digest("alpha"));
    rig.blobs.asked.clear();
    rig.inputs.message("").getFilesBuilder(0).setIsExecutable(true);
    rig.blobs.put("alpha");

    assertEquals("555", sees("stat -c %a a"));
    assertFalse(rig.blobs.asked.contains(digest("alpha")));
  }

  @ParameterizedTest
  @EnumSource(
      value = LinkMode.class,
      names = {"REFLINK", "NEVER"})
  void copies_areTheActionsOwn(LinkMode mode) throws IOException {
    link(mode);
    rig.inputs.file("a", "mine").script("b", "mine");
    assertEquals(
        "444 555 changed mine",
        sees("echo $(stat -c %a a b) $(chmod 644 a; echo changed > a; cat a b)"));
    assertEquals("minemine", sees("cat a b"));
  }

  @Test
  @Shows("DIR-09")
  void properties_areForTheirOwnPlaceOnly() throws IOException {
    rig.inputs.file("a", "x").file("b", "x").file("c", "x").file("d", "x");
    rig.inputs
        .message("")
        .getFilesBuilder(0)
        .getNodePropertiesBuilder()
        .getMtimeBuilder()
        .setSeconds(1_000_000_000);
    rig.inputs
        .message("")
        .getFilesBuilder(1)
        .getNodePropertiesBuilder()
        .getUnixModeBuilder()
        .setValue(0600);
    // What every input has needs no inode of its own.
    rig.inputs
        .message("")
        .getFilesBuilder(2)
        .getNodePropertiesBuilder()
        .getUnixModeBuilder()
        .setValue(0444);

    List<String> lines = sees("stat -c '%a %Y %i' a b c d").lines().toList();

    assertTrue(lines.get(0).startsWith("444 1000000000 "), lines.get(0));
    assertTrue(lines.get(1).startsWith("600 "), lines.get(1));
    assertEquals(lines.get(3), lines.get(2));
    Set<String> inodes = Set.of(lines.get(0).split(" ", -1)[2], lines.get(1).split(" ", -1)[2]);
    assertEquals(2, inodes.size());
    assertFalse(inodes.contains(inode("x", FileMode.PLAIN)));
    assertEquals(inode("x", FileMode.PLAIN), lines.get(3).split(" ", -1)[2]);
  }

  @Test
  void cacheFileThatSomebodyRemoved_isFetchedAgain() throws IOException {
    rig.inputs.file("a", "alpha").script("b", "beta");
    sees("cat a b");
    for (BlobForm form :
        List.of(
            new BlobForm(digest("alpha"), FileMode.PLAIN),
            new BlobForm(digest("beta"), FileMode.EXECUTABLE))) {
      CachedFile file = rig.files().hold(form).orElseThrow();
      Files.delete(rig.files().path(file));
      rig.files().release(List.of(file));
    }
    assertEquals("alphabeta", sees("cat a b"));
  }

  @Test
  void cacheSmallerThanTheInputs_isFullWhileTheyAreUsed() throws IOException {
    InputConfig standard = rig.config().inputs();
    rig.inputs(new InputConfig(standard.cacheDirectory(), 8192, LinkMode.HARD, standard.check()));
    for (int i = 0; i < 50; i++) {
      rig.inputs.file("f" + i, "content " + i);
    }
    assertEquals("50", sees("cat f* | grep -o content | wc -l"));
    assertTrue(rig.files().bytes() <= 8192, () -> rig.files().bytes() + " bytes");
    assertEquals("50", sees("cat f* | grep -o content | wc -l"));
  }

  @Test
  void fileOfTheStore_isLinkedAsItIs_andAnExecutableIsASecondInode(@TempDir Path store)
      throws IOException {
    rig.inputs.file("a", "local").script("b", "local");
    Path file = Files.writeString(store.resolve("blob"), "local");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
    rig.blobs.files.put(digest("local"), file);

    List<String> inodes = sees("stat -c %i a b").lines().toList();

    assertEquals(Long.toString(FileStamp.of(file).inode()), inodes.get(0));
    assertEquals(inode("local", FileMode.EXECUTABLE), inodes.get(1));
    assertFalse(rig.blobs.asked.contains(digest("local")));
    assertTrue(rig.files().hold(new BlobForm(digest("local"), FileMode.PLAIN)).isEmpty());
  }

  @Test
  void fileOfTheStoreThatIsWritable_isCopied(@TempDir Path store) throws IOException {
    rig.inputs.file("a", "local");
    Path file = Files.writeString(store.resolve("blob"), "local");
    rig.blobs.files.put(digest("local"), file);

    assertEquals(inode(sees("cat a"), FileMode.PLAIN), sees("stat -c %i a"));
    assertFalse(rig.blobs.asked.contains(digest("local")));
  }
}
