// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.BlobNotFoundException;
import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.common.cas.remote.RemoteCas;
import build.please.common.cas.remote.RemoteConfig;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.Directory;
import build.please.proto.execution.SymlinkNode;
import build.please.proto.execution.Tree;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class OutputFetcherTest {
  @TempDir Path directory;
  private Path outside;
  private Path target;
  private FakeServer server;
  private Cas cas;

  @BeforeEach
  void start() throws IOException {
    server = new FakeServer();
    cas = RemoteCas.open(server.dial(), RemoteConfig.of(""));
    outside = Files.createDirectory(directory.resolve("outside"));
    target = directory.resolve("made/on/demand");
  }

  @AfterEach
  void stop() throws IOException {
    cas.close();
    server.close();
  }

  @Test
  void files_arriveWithTheirBits() throws IOException {
    ByteString large = ByteString.copyFrom(new byte[3_000_000]);
    ActionResult.Builder result = ActionResult.newBuilder();
    file(result, "plain", "text", false);
    file(result, "deep/down/run.sh", "#!", true);
    file(result, "empty", "", false);
    file(result, "large", large, true);
    file(result, "same", "text", false);

    assertEquals(Set.of("plain", "deep/down/run.sh", "empty", "large", "same"), fetch(result));
    assertEquals("text", Files.readString(target.resolve("plain")));
    assertFalse(Files.isExecutable(target.resolve("plain")));
    assertTrue(Files.isExecutable(target.resolve("deep/down/run.sh")));
    assertEquals(0, Files.size(target.resolve("empty")));
    assertEquals(3_000_000, Files.size(target.resolve("large")));
    assertEquals("text", Files.readString(target.resolve("same")));
    try (Stream<Path> left = Files.list(target)) {
      assertEquals(5, left.count(), "no leftovers");
    }
  }

  @Test
  void manySmallFiles_comeInSeveralBatches() throws IOException {
    ActionResult.Builder result = ActionResult.newBuilder();
    for (int i = 0; i < 12; i++) {
      byte[] bytes = new byte[900_000];
      bytes[0] = (byte) i;
      file(result, "file" + i, ByteString.copyFrom(bytes), false);
    }
    fetch(result);
    for (int i = 0; i < 12; i++) {
      assertEquals(i, Files.readAllBytes(target.resolve("file" + i))[0]);
    }
  }

  @Test
  void inlineContents_areUsedIfRight() throws IOException {
    ActionResult.Builder result = ActionResult.newBuilder();
    ByteString bytes = ByteString.copyFromUtf8("inline");
    result
        .addOutputFilesBuilder()
        .setPath("right")
        .setContents(bytes)
        .setDigest(Digest.of(bytes).toProto());
    file(result, "wrong", "stored", false);
    result.getOutputFilesBuilder(1).setContents(ByteString.copyFromUtf8("forged"));
    fetch(result);
    assertEquals("inline", Files.readString(target.resolve("right")));
    assertEquals("stored", Files.readString(target.resolve("wrong")));
  }

  @Test
  void tree_arrivesWhole() throws IOException {
    Directory.Builder leaf = Directory.newBuilder();
    leaf.addFilesBuilder()
        .setName("f")
        .setIsExecutable(true)
        .setDigest(server.storage.put(ByteString.copyFromUtf8("leaf")).toProto());
    leaf.addSymlinksBuilder().setName("up").setTarget("../../elsewhere");
    Directory.Builder root = Directory.newBuilder();
    for (String name : List.of("a", "b")) {
      root.addDirectoriesBuilder().setName(name).setDigest(Digest.of(leaf.build()).toProto());
    }
    root.addDirectoriesBuilder().setName("empty").setDigest(Digest.EMPTY.toProto());
    ActionResult.Builder result = ActionResult.newBuilder();
    tree(result, "out/tree", Tree.newBuilder().setRoot(root).addChildren(leaf).build());

    assertEquals(Set.of("out/tree"), fetch(result));
    for (String name : List.of("a", "b")) {
      Path file = target.resolve("out/tree").resolve(name).resolve("f");
      assertEquals("leaf", Files.readString(file));
      assertTrue(Files.isExecutable(file));
      assertEquals(Path.of("../../elsewhere"), Files.readSymbolicLink(file.resolveSibling("up")));
    }
    assertTrue(Files.isDirectory(target.resolve("out/tree/empty")));
  }

  @Test
  void treeWithoutAChild_isAFault() {
    Directory.Builder root = Directory.newBuilder();
    Directory absent = Directory.newBuilder().addSymlinks(link("x", "y")).build();
    root.addDirectoriesBuilder().setName("a").setDigest(Digest.of(absent).toProto());
    ActionResult.Builder result = ActionResult.newBuilder();
    tree(result, "out", Tree.newBuilder().setRoot(root).build());
    assertThrows(IOException.class, () -> fetch(result));
  }

  @Test
  @SuppressWarnings("deprecation")
  void links_inAnyListAreMadeOnce() throws IOException {
    ActionResult.Builder result = ActionResult.newBuilder();
    result.addOutputSymlinksBuilder().setPath("new").setTarget("/absolute");
    result.addOutputFileSymlinksBuilder().setPath("new").setTarget("/absolute");
    result.addOutputFileSymlinksBuilder().setPath("old").setTarget("plain");
    result.addOutputDirectorySymlinksBuilder().setPath("d/old").setTarget("..");
    assertEquals(Set.of("new", "old", "d/old"), fetch(result));
    assertEquals(Path.of("/absolute"), Files.readSymbolicLink(target.resolve("new")));
    assertEquals(Path.of("plain"), Files.readSymbolicLink(target.resolve("old")));
    assertEquals(Path.of(".."), Files.readSymbolicLink(target.resolve("d/old")));
    fetch(result);
  }

  @Test
  void existingFilesAndLinks_areReplaced() throws IOException {
    Path precious = Files.writeString(outside.resolve("precious"), "precious");
    Files.createDirectories(target);
    Files.writeString(target.resolve("file"), "old");
    Files.createSymbolicLink(target.resolve("link"), precious);
    Files.createSymbolicLink(target.resolve("relinked"), precious);
    ActionResult.Builder result = ActionResult.newBuilder();
    file(result, "file", "new", false);
    file(result, "link", "new", false);
    result.addOutputSymlinksBuilder().setPath("relinked").setTarget("file");
    fetch(result);
    assertEquals("new", Files.readString(target.resolve("file")));
    assertFalse(Files.isSymbolicLink(target.resolve("link")));
    assertEquals("new", Files.readString(target.resolve("link")));
    assertEquals(Path.of("file"), Files.readSymbolicLink(target.resolve("relinked")));
    assertEquals("precious", Files.readString(precious));
  }

  @Test
  void linkOnTheWay_isNotFollowed() throws IOException {
    Files.createDirectories(target);
    Files.createSymbolicLink(target.resolve("way"), outside);
    ActionResult.Builder throughFile = ActionResult.newBuilder();
    file(throughFile, "way/file", "bad", false);
    assertThrows(IOException.class, () -> fetch(throughFile));
    ActionResult.Builder throughTree = ActionResult.newBuilder();
    tree(throughTree, "way", Tree.newBuilder().setRoot(Directory.getDefaultInstance()).build());
    assertThrows(IOException.class, () -> fetch(throughTree));
    ActionResult.Builder ownLink = ActionResult.newBuilder();
    ownLink.addOutputSymlinksBuilder().setPath("out").setTarget(outside.toString());
    ownLink.addOutputSymlinksBuilder().setPath("out/link").setTarget("x");
    assertThrows(IOException.class, () -> fetch(ownLink));
    assertOutsideIsEmpty();
  }

  @Test
  void pathsThatLeadElsewhere_areRefused() throws IOException {
    for (String path :
        List.of("/abs", "../up", "a/../../up", "a//b", "a/", "", ".", "..", "a/./b", "a\0b")) {
      ActionResult.Builder result = ActionResult.newBuilder();
      file(result, path, "bad", false);
      assertThrows(IOException.class, () -> fetch(result), path);
      ActionResult.Builder link = ActionResult.newBuilder();
      link.addOutputSymlinksBuilder().setPath(path).setTarget("x");
      assertThrows(IOException.class, () -> fetch(link), path);
    }
    for (String name : List.of("..", "a/b", "/abs", "", ".")) {
      Directory.Builder root = Directory.newBuilder();
      root.addSymlinksBuilder().setName(name).setTarget("x");
      ActionResult.Builder result = ActionResult.newBuilder();
      tree(result, "tree", Tree.newBuilder().setRoot(root).build());
      assertThrows(IOException.class, () -> fetch(result), name);
    }
    assertOutsideIsEmpty();
    assertFalse(Files.exists(directory.resolve("made/up"), LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  void directoryInTheWay_stays() throws IOException {
    Files.createDirectories(target.resolve("taken/full"));
    ActionResult.Builder result = ActionResult.newBuilder();
    file(result, "taken", "text", false);
    assertThrows(IOException.class, () -> fetch(result));
    assertTrue(Files.isDirectory(target.resolve("taken/full")));
  }

  @Test
  void absentBlobs_areAllNamed() {
    ActionResult.Builder result = ActionResult.newBuilder();
    file(result, "a", "a", false);
    file(result, "b", "b", false);
    server.storage.blobs.clear();
    BlobNotFoundException e = assertThrows(BlobNotFoundException.class, () -> fetch(result));
    assertEquals(2, e.digests().size());
  }

  private Set<String> fetch(ActionResult.Builder result) throws IOException {
    return new OutputFetcher(cas.blobs(), new OutputDirectory(target)).fetch(result.build());
  }

  private void file(ActionResult.Builder result, String path, String text, boolean executable) {
    file(result, path, ByteString.copyFromUtf8(text), executable);
  }

  private void file(
      ActionResult.Builder result, String path, ByteString bytes, boolean executable) {
    result
        .addOutputFilesBuilder()
        .setPath(path)
        .setIsExecutable(executable)
        .setDigest(server.storage.put(bytes).toProto());
  }

  private void tree(ActionResult.Builder result, String path, Tree tree) {
    result
        .addOutputDirectoriesBuilder()
        .setPath(path)
        .setTreeDigest(server.storage.put(tree).toProto());
  }

  private static SymlinkNode link(String name, String to) {
    return SymlinkNode.newBuilder().setName(name).setTarget(to).build();
  }

  private void assertOutsideIsEmpty() throws IOException {
    try (Stream<Path> found = Files.list(outside)) {
      assertEquals(List.of(), found.toList());
    }
  }
}
