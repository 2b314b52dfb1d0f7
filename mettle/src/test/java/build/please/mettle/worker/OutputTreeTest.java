// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import build.please.common.cas.Digest;
import build.please.mettle.conformance.Shows;
import build.please.proto.execution.Command;
import build.please.proto.execution.Directory;
import build.please.proto.execution.DirectoryNode;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.FileNode;
import build.please.proto.execution.OutputDirectory;
import build.please.proto.execution.Tree;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.rpc.Code;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** WRK-23 to WRK-29: output directories. */
@Timeout(60)
final class OutputTreeTest {
  private static final String SCRIPT =
      "mkdir -p out/b/c out/a out/empty out/twin1/x out/twin2/x;"
          + " echo 1 > out/z; echo 2 > out/a/f; echo 3 > out/b/c/g; chmod +x out/b/c/g;"
          + " echo t > out/twin1/x/t; echo t > out/twin2/x/t; echo > out/B; echo > out/_;"
          + " ln -s ../input.txt out/link; ln -s /abs out/b/abs; ln -s nowhere out/dangling";

  @TempDir Path directory;
  private Rig rig;

  @BeforeEach
  void open() {
    rig = new Rig(directory).outputs("out");
    rig.env("PATH", "/usr/bin:/bin");
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private OutputDirectory output(String script) {
    ExecuteResponse response = rig.shell(script).run();
    assertEquals(Code.OK, Rig.code(response), response::toString);
    assertEquals(1, response.getResult().getOutputDirectoriesCount(), response::toString);
    return response.getResult().getOutputDirectories(0);
  }

  private Tree tree(OutputDirectory output) throws IOException {
    return Tree.parseFrom(rig.bytes(output.getTreeDigest()));
  }

  @Test
  @Shows("DIR-03 WRK-23 WRK-28")
  void tree_holdsEverything_sorted() throws IOException {
    Directory root = tree(output(SCRIPT)).getRoot();
    assertEquals(
        List.of("B", "_", "z"), root.getFilesList().stream().map(FileNode::getName).toList());
    assertEquals(
        List.of("a", "b", "empty", "twin1", "twin2"),
        root.getDirectoriesList().stream().map(DirectoryNode::getName).toList());
    assertEquals(
        List.of("dangling nowhere", "link ../input.txt"),
        root.getSymlinksList().stream()
            .map(link -> link.getName() + " " + link.getTarget())
            .toList());
    assertEquals("1\n", rig.content(root.getFiles(2).getDigest()));
  }

  /** In UTF-16, as Java compares strings, the two would be the other way round. */
  @Test
  @Shows("DIR-03")
  void names_areSortedByTheirBytes() throws IOException {
    assumeTrue(
        Rig.FILE_NAMES.equals(StandardCharsets.UTF_8), "this locale cannot write such names");
    Directory root =
        tree(output(
                "mkdir out; touch \"out/$(printf '\\360\\235\\204\\236')\" out/z \"out/$(printf '\\357\\275\\236')\""))
            .getRoot();
    assertEquals(
        List.of("z", "\uff5e", "\ud834\udd1e"),
        root.getFilesList().stream().map(FileNode::getName).toList());
  }

  @Test
  @Shows("WRK-23 WRK-25")
  void tree_namesEveryDescendantOnce_parentsFirst_andSaysSo() throws IOException {
    OutputDirectory output = output(SCRIPT);
    assertTrue(output.getIsTopologicallySorted());
    Tree tree = tree(output);
    List<Directory> all = new ArrayList<>();
    all.add(tree.getRoot());
    all.addAll(tree.getChildrenList());
    Set<Digest> referenced = new HashSet<>(Set.of(Digest.of(tree.getRoot())));
    Set<Digest> seen = new HashSet<>();
    for (Directory each : all) {
      assertTrue(seen.add(Digest.of(each)), "stored twice");
      assertTrue(referenced.contains(Digest.of(each)), "before its parent, or nobody's child");
      for (DirectoryNode child : each.getDirectoriesList()) {
        referenced.add(Digest.parse(child.getDigest()));
      }
    }
    assertEquals(referenced, seen);
    // a, b, b/c, empty, and the twins with their x once.
    assertEquals(7, all.size());
  }

  @Test
  @Shows("WRK-25")
  void tree_isEncodedAsFlatRecords() throws IOException {
    CodedInputStream in = rig.bytes(output(SCRIPT).getTreeDigest()).newCodedInput();
    List<Integer> tags = new ArrayList<>();
    for (int tag; (tag = in.readTag()) != 0; ) {
      tags.add(tag);
      ByteString record = in.readBytes();
      assertTrue(record.size() >= 0);
    }
    assertEquals(0x0a, tags.get(0));
    assertEquals(Set.of(0x12), new HashSet<>(tags.subList(1, tags.size())));
  }

  @Test
  @Shows("WRK-27")
  void everyDirectory_isStoredSingly() throws IOException {
    Tree tree = tree(output(SCRIPT));
    assertEquals(tree.getRoot().toByteString(), rig.bytes(Digest.of(tree.getRoot()).toProto()));
    for (Directory child : tree.getChildrenList()) {
      assertEquals(child.toByteString(), rig.bytes(Digest.of(child).toProto()));
    }
  }

  @Test
  @Shows("DIR-03 WRK-24")
  void equalDirectories_giveEqualTrees_howeverTheyWereMade() {
    OutputDirectory first = output("mkdir out; touch out/a out/b; mkdir out/d out/c");
    OutputDirectory second = output("mkdir out; mkdir out/c out/d; touch out/b out/a");
    assertEquals(first.getTreeDigest(), second.getTreeDigest());
  }

  @Test
  @Shows("WRK-12")
  void emptyDirectory_isATreeWithAnEmptyRoot() throws IOException {
    Tree tree = tree(output("mkdir out"));
    assertTrue(tree.hasRoot());
    assertEquals(Directory.getDefaultInstance(), tree.getRoot());
  }

  @Test
  @Shows("CMD-18 CMD-19 WRK-26")
  void rootDirectoryDigest_isSetIfTheFormatAsksForIt() throws IOException {
    assertFalse(output(SCRIPT).hasRootDirectoryDigest());
    for (Command.OutputDirectoryFormat format :
        List.of(
            Command.OutputDirectoryFormat.DIRECTORY_ONLY,
            Command.OutputDirectoryFormat.TREE_AND_DIRECTORY)) {
      rig.command.setOutputDirectoryFormat(format);
      OutputDirectory output = output(SCRIPT);
      assertEquals(Digest.of(tree(output).getRoot()).toProto(), output.getRootDirectoryDigest());
      assertTrue(output.hasTreeDigest());
    }
    rig.command.setOutputDirectoryFormatValue(77);
    assertFalse(output(SCRIPT).hasRootDirectoryDigest());
  }

  @Test
  @Shows("WRK-29")
  void nodeProperties_areInEveryNodeIfAskedFor() throws IOException {
    rig.command.addOutputNodeProperties("unix_mode");
    Directory root =
        tree(output("mkdir out; chmod 750 out; touch out/f; chmod 604 out/f")).getRoot();
    assertEquals(0750, root.getNodeProperties().getUnixMode().getValue());
    assertEquals(0604, root.getFiles(0).getNodeProperties().getUnixMode().getValue());
    assertFalse(root.getFiles(0).getNodeProperties().hasMtime());
  }

  @Test
  @Shows("CMD-12")
  void wholeWorkingDirectory_isAnOutputToo() throws IOException {
    rig.command.clearOutputPaths();
    legacyDirectory("");
    rig.inputs.file("input", "i");
    OutputDirectory output = output("echo o > output");
    assertEquals("", output.getPath());
    assertEquals(
        List.of("input", "output"),
        tree(output).getRoot().getFilesList().stream().map(FileNode::getName).toList());
  }

  @SuppressWarnings("deprecation")
  private void legacyDirectory(String path) {
    rig.command.addOutputDirectories(path);
  }

  @Test
  void treeTooDeep_isRefused_andTheWorkerLives() {
    ExecuteResponse response =
        rig.shell(
                "mkdir out; cd out; i=0;"
                    + " while [ $i -lt 450 ]; do mkdir d && cd d; i=$((i+1)); done")
            .run();
    assertEquals(Code.INVALID_ARGUMENT, Rig.code(response), response::toString);
  }
}
