// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.mettle.conformance.Shows;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.ExecuteResponse;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a Command says about its outputs, and what comes of it. */
@SuppressWarnings("deprecation") // The older fields are half of what is tested.
@Timeout(60)
final class DeclarationsTest {
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

  private ActionResult result(String script) {
    ExecuteResponse response = rig.shell(script).run();
    assertEquals(Code.OK, Rig.code(response), response::toString);
    assertEquals(0, response.getResult().getExitCode(), () -> rig.stderr(response));
    return response.getResult();
  }

  private void refused() {
    ExecuteResponse response = rig.shell("touch ran").run();
    assertEquals(Code.INVALID_ARGUMENT, Rig.code(response), response::toString);
    assertFalse(response.getResult().getExecutionMetadata().hasExecutionStartTimestamp());
  }

  @Test
  @Shows("CMD-07")
  void whatIsNotDeclared_isNeitherReturnedNorStored() {
    rig.outputs("declared").inputs.file("input", "given");
    ActionResult result =
        result("echo 1 > declared; echo secret > other; mkdir d; echo secret2 > d/f; ln -s d l");
    assertEquals(List.of("declared"), Rig.paths(result));
    assertEquals(0, result.getOutputDirectoriesCount() + result.getOutputSymlinksCount());
    assertEquals(0, result.getOutputFileSymlinksCount());
    for (String secret : List.of("secret\n", "secret2\n")) {
      Digest digest = Digest.of(ByteString.copyFromUtf8(secret));
      assertFalse(rig.blobs.blobs.containsKey(digest), secret);
    }
  }

  @Test
  @Shows("CMD-08")
  void outputPaths_areTheOnlyOnes_ifThereAreAny() {
    rig.outputs("a");
    rig.command.addOutputFiles("b").addOutputFiles("d").addOutputDirectories("c");
    ActionResult result = result("touch a b; mkdir c d");
    assertEquals(List.of("a"), Rig.paths(result));
    assertEquals(0, result.getOutputDirectoriesCount());
  }

  @Test
  @Shows("CMD-13")
  void oldStyleOutputs_thatRepeatOrContainOneAnother_areRefused() {
    rig.command.addOutputFiles("x").addOutputDirectories("x");
    refused();
    rig.command.clearOutputDirectories().addOutputFiles("x");
    refused();
    rig.command.clearOutputFiles().addOutputFiles("x").addOutputFiles("x/y");
    refused();
    rig.command.clearOutputFiles().addOutputDirectories("x").addOutputDirectories("x/y");
    assertEquals(2, result("mkdir -p x/y").getOutputDirectoriesCount());
  }

  @Test
  @Shows("CMD-11")
  void slashesTooMany_areRefused() {
    for (String path : List.of("/a", "a/", "a//b")) {
      rig.command.clear();
      rig.outputs(path);
      refused();
      rig.command.clear();
      rig.command.addOutputFiles(path);
      refused();
      rig.command.clear();
      rig.command.addOutputDirectories(path);
      refused();
    }
  }

  @Test
  @Shows("CMD-20")
  void nodePropertyThatNobodyKnows_isRefused() {
    rig.outputs("a");
    rig.command.addOutputNodeProperties("mtime").addOutputNodeProperties("colour");
    refused();
  }

  @Test
  @Shows("CMD-05")
  void unsortedEnvironment_isTaken() {
    rig.env("Z", "1").env("A", "2");
    result("test $Z$A = 12");
  }

  @Test
  @Shows("WRK-11")
  void oneContent_mayBeAProgramAndAPlainFile() {
    rig.outputs("program", "plain");
    ActionResult result = result("echo same > plain; cp plain program; chmod +x program");
    assertTrue(result.getOutputFiles(0).getIsExecutable());
    assertFalse(result.getOutputFiles(1).getIsExecutable());
    assertEquals(result.getOutputFiles(0).getDigest(), result.getOutputFiles(1).getDigest());
  }

  @Test
  @Shows("WRK-11 WRK-30")
  void emptyFile_isTheEmptyBlob_whichIsNeverSent() {
    rig.outputs("empty").inputs.file("x", "an input root that is not empty");
    ActionResult result = result("touch empty");
    assertEquals(Digest.EMPTY.toProto(), result.getOutputFiles(0).getDigest());
    assertFalse(rig.blobs.blobs.containsKey(Digest.EMPTY));
  }

  @Test
  @Shows("CMD-10 WRK-12 WRK-13")
  void directories_areNamedAsTheyWereWritten() {
    rig.inputs.directory("w");
    rig.command.setWorkingDirectory("w");
    rig.outputs("../up", "./here", "a/b");
    ActionResult result = result("mkdir ../up here a/b; test ! -e up");
    assertEquals(
        List.of("../up", "./here", "a/b"),
        result.getOutputDirectoriesList().stream().map(each -> each.getPath()).toList());
  }

  @Test
  @Shows("CMD-19 WRK-26 WRK-27")
  void everyFormat_hasWhatItAsksForStored() throws Exception {
    rig.outputs("out");
    for (var format : build.please.proto.execution.Command.OutputDirectoryFormat.values()) {
      if (format.name().equals("UNRECOGNIZED")) {
        continue;
      }
      rig.command.setOutputDirectoryFormat(format);
      var output = result("mkdir -p out/in; echo $RANDOM > out/in/f").getOutputDirectories(0);
      var tree = build.please.proto.execution.Tree.parseFrom(rig.bytes(output.getTreeDigest()));
      boolean asksForDirectories = !format.name().equals("TREE_ONLY");
      assertEquals(asksForDirectories, output.hasRootDirectoryDigest(), format::name);
      if (asksForDirectories) {
        assertEquals(tree.getRoot().toByteString(), rig.bytes(output.getRootDirectoryDigest()));
      }
      var child = tree.getRoot().getDirectories(0).getDigest();
      assertEquals(tree.getChildren(0).toByteString(), rig.bytes(child));
    }
  }
}
