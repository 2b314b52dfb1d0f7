// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.common.cas.remote.BlobSource;
import build.please.common.cli.UsageException;
import build.please.proto.execution.Directory;
import build.please.proto.execution.DirectoryNode;
import build.please.proto.execution.FileNode;
import build.please.proto.execution.SymlinkNode;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InputTreeTest {
  @TempDir Path directory;

  @Test
  void noInputs_areTheEmptyDirectory() throws IOException {
    assertEquals(Digest.EMPTY, InputTree.of(directory, List.of()).root());
  }

  @Test
  void files_keepPathBytesAndExecutableBit() throws IOException {
    write("a.txt", "text");
    executable("dir/sub/run.sh", "#!");
    InputTree tree = InputTree.of(directory, List.of("./a.txt", "dir//sub/run.sh"));

    Directory root = directory(tree, tree.root());
    assertEquals(List.of("a.txt"), root.getFilesList().stream().map(FileNode::getName).toList());
    assertFalse(root.getFiles(0).getIsExecutable());
    assertEquals(
        ByteString.copyFromUtf8("text"), blob(tree, checked(root.getFiles(0).getDigest())));
    Directory sub = child(tree, child(tree, root, "dir"), "sub");
    assertEquals("run.sh", sub.getFiles(0).getName());
    assertTrue(sub.getFiles(0).getIsExecutable());
  }

  @Test
  void directory_isTakenWhole() throws IOException {
    write("in/a", "1");
    write("in/b/c", "2");
    Files.createDirectories(directory.resolve("in/empty"));
    write("not-in", "3");
    InputTree tree = InputTree.of(directory, List.of("in"));

    Directory root = directory(tree, tree.root());
    assertEquals(0, root.getFilesCount());
    Directory in = child(tree, root, "in");
    assertEquals(
        List.of("b", "empty"),
        in.getDirectoriesList().stream().map(DirectoryNode::getName).toList());
    assertEquals(Digest.EMPTY, checked(in.getDirectories(1).getDigest()));
    assertEquals(
        InputTree.of(directory.resolve("in"), List.of(".")).root(),
        checked(root.getDirectories(0).getDigest()),
        "the current directory is one too");
  }

  @Test
  void symlinks_areKeptAsTheyAre() throws IOException {
    write("in/target", "1");
    Files.createSymbolicLink(directory.resolve("in/relative"), Path.of("target"));
    Files.createSymbolicLink(directory.resolve("in/dangling"), Path.of("../nowhere"));
    Files.createSymbolicLink(directory.resolve("loop"), Path.of("."));
    Files.createSymbolicLink(directory.resolve("to-dir"), Path.of("in"));
    InputTree tree = InputTree.of(directory, List.of("in", "loop"));

    Directory root = directory(tree, tree.root());
    assertEquals(List.of("loop -> ."), links(root));
    assertEquals(
        List.of("dangling -> ../nowhere", "relative -> target"), links(child(tree, root, "in")));

    InputTree through = InputTree.of(directory, List.of("to-dir/target"));
    Directory shown = child(through, directory(through, through.root()), "to-dir");
    assertEquals("target", shown.getFiles(0).getName(), "a link on the way is a directory");
  }

  @Test
  void entries_areSortedByUtf8Bytes() throws IOException {
    // In UTF-16 the last one would come before the one before it.
    List<String> sorted = List.of("B", "a", "a-b", "a.b", "ab", "\u00e9", "\uff5e", "\ud83d\ude00");
    for (String name : sorted) {
      write("in/" + name, name);
    }
    InputTree tree = InputTree.of(directory, List.of("in"));
    Directory in = child(tree, directory(tree, tree.root()), "in");
    assertEquals(sorted, in.getFilesList().stream().map(FileNode::getName).toList());
  }

  @Test
  void inputsWithinInputs_areMerged() throws IOException {
    write("in/a", "1");
    write("in/b", "2");
    Digest whole = InputTree.of(directory, List.of("in")).root();
    assertEquals(whole, InputTree.of(directory, List.of("in/a", "in", "in/b", "in")).root());
    assertEquals(whole, InputTree.of(directory, List.of("in/b", "in/a")).root());
  }

  @Test
  void refusedInputs_areNamed() throws IOException {
    write("in/a", "1");
    Files.createSymbolicLink(directory.resolve("link"), Path.of("in"));
    for (List<String> bad :
        List.of(
            List.of("/etc/passwd"),
            List.of("../other"),
            List.of("in/../in/a"),
            List.of(""),
            List.of("absent"),
            List.of("in/absent"),
            List.of("in/a/below-a-file"),
            List.of("link", "link/a"),
            List.of("link/a", "link"))) {
      UsageException e =
          assertThrows(UsageException.class, () -> InputTree.of(directory, bad), bad.toString());
      String last = bad.get(bad.size() - 1);
      assertTrue(
          String.valueOf(e.getMessage()).startsWith("--input '" + last + "'"), e.getMessage());
    }
  }

  @Test
  void socket_isRefused() throws IOException {
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(directory.resolve("socket")));
      assertThrows(UsageException.class, () -> InputTree.of(directory, List.of(".")));
    }
  }

  private static List<String> links(Directory directory) {
    return directory.getSymlinksList().stream()
        .map((SymlinkNode link) -> link.getName() + " -> " + link.getTarget())
        .toList();
  }

  private static Directory child(InputTree tree, Directory parent, String name) throws IOException {
    for (DirectoryNode node : parent.getDirectoriesList()) {
      if (node.getName().equals(name)) {
        return directory(tree, checked(node.getDigest()));
      }
    }
    throw new AssertionError("no directory " + name + " in " + parent);
  }

  private static Directory directory(InputTree tree, Digest digest) throws IOException {
    return Directory.parseFrom(blob(tree, digest));
  }

  private static ByteString blob(InputTree tree, Digest digest) throws IOException {
    BlobSource source = Objects.requireNonNull(tree.blobs().get(digest));
    ByteString bytes = source.read(digest);
    assertEquals(digest, Digest.of(bytes));
    return bytes;
  }

  private static Digest checked(build.please.proto.execution.Digest digest) {
    return FakeStorage.checked(digest);
  }

  private Path write(String path, String text) throws IOException {
    Path file = directory.resolve(path);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    return Files.writeString(file, text);
  }

  private void executable(String path, String text) throws IOException {
    Files.setPosixFilePermissions(write(path, text), PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
