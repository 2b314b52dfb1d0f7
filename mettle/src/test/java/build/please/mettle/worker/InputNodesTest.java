// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import build.please.common.cas.Digest;
import build.please.mettle.conformance.Shows;
import build.please.proto.execution.Directory;
import build.please.proto.execution.DirectoryNode;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.FileNode;
import build.please.proto.execution.SymlinkNode;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a Directory may hold, and what an action finds of it. */
@Timeout(60)
final class InputNodesTest {
  @TempDir Path directory;
  private Rig rig;

  @BeforeEach
  void open() {
    rig = new Rig(directory);
    rig.env("PATH", "/usr/bin:/bin");
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private String sees(String script) {
    ExecuteResponse response = rig.shell(script).run();
    assertEquals(Code.OK, Rig.code(response), response::toString);
    assertEquals(0, response.getResult().getExitCode(), () -> rig.stderr(response));
    return rig.stdout(response);
  }

  private FileNode file(String name, String content) {
    return FileNode.newBuilder().setName(name).setDigest(rig.blobs.put(content).toProto()).build();
  }

  private DirectoryNode folder(String name) {
    Digest empty = rig.blobs.put(Directory.getDefaultInstance());
    return DirectoryNode.newBuilder().setName(name).setDigest(empty.toProto()).build();
  }

  private static SymlinkNode link(String name, String target) {
    return SymlinkNode.newBuilder().setName(name).setTarget(target).build();
  }

  private void root(Directory.Builder root) {
    rig.action.setInputRootDigest(rig.blobs.put(root.build()).toProto());
  }

  private void refused(Directory.Builder root) {
    root(root);
    ExecuteResponse response = rig.shell("true").run();
    assertEquals(Code.INVALID_ARGUMENT, Rig.code(response), root::toString);
  }

  @Test
  @Shows("DIR-02")
  void oneNameTwice_isRefused() {
    refused(Directory.newBuilder().addFiles(file("x", "1")).addFiles(file("x", "2")));
    refused(Directory.newBuilder().addFiles(file("x", "1")).addDirectories(folder("x")));
    refused(Directory.newBuilder().addDirectories(folder("x")).addDirectories(folder("x")));
    refused(Directory.newBuilder().addSymlinks(link("x", "a")).addSymlinks(link("x", "b")));
    refused(Directory.newBuilder().addSymlinks(link("x", "/")).addDirectories(folder("x")));
  }

  @Test
  @Shows("DIR-01")
  void namesThatAreNone_areRefusedInEachList() {
    for (String name :
        new String[] {"", ".", "..", "a/b", "/", "/etc", "../up", "x/", "a\0b", "\0"}) {
      refused(Directory.newBuilder().addFiles(file(name, "1")));
      refused(Directory.newBuilder().addDirectories(folder(name)));
      refused(Directory.newBuilder().addSymlinks(link(name, "a")));
    }
  }

  @Test
  @Shows("DIR-04")
  void unsortedLists_areTaken() {
    root(Directory.newBuilder().addFiles(file("z", "1")).addFiles(file("a", "2")));
    assertEquals("12", sees("cat z a"));
  }

  @Test
  @Shows("DIR-05")
  void namesThatDifferInCase_areTwo() {
    root(Directory.newBuilder().addFiles(file("A", "1")).addFiles(file("a", "2")));
    assertEquals("12", sees("cat A a"));
  }

  @Test
  @Shows("DIR-06")
  void program_isOneWhereItSaysSo_andNowhereElse() {
    root(
        Directory.newBuilder()
            .addFiles(file("plain", "#!/bin/sh\n"))
            .addFiles(file("program", "#!/bin/sh\n").toBuilder().setIsExecutable(true)));
    sees("test ! -x plain && ./program");
  }

  @Test
  @Shows("DIR-10")
  void emptyDirectory_isThereAndEmpty() {
    root(Directory.newBuilder().addDirectories(folder("e")));
    assertEquals("", sees("test -d e && ls -A e"));
  }

  @Test
  @Shows("DIR-07 DIR-08")
  void links_areWhatTheyWereSaidToBe() {
    root(
        Directory.newBuilder()
            .addSymlinks(link("up", "../../.."))
            .addSymlinks(link("absolute", "/no/where"))
            .addSymlinks(link("odd", " a\tb\\c*")));
    assertEquals(
        "../../..\n/no/where\n a\tb\\c*\n", sees("readlink up; readlink absolute; readlink odd"));
  }

  @Test
  @Shows("DIR-12")
  void inputThatAnActionChanges_isUnchangedForTheNext() {
    rig.inputs.file("input", "original").script("program", "original");
    Digest original = Digest.of(ByteString.copyFromUtf8("original"));
    rig.action.setDoNotCache(true);
    for (int i = 0; i < 2; i++) {
      String change = "cat input program; chmod 777 input program; echo x >> input; : > program";
      ExecuteResponse response = rig.shell(change).run();
      assertEquals("originaloriginal", rig.stdout(response));
      assertEquals("original", rig.content(original.toProto()));
    }
  }
}
