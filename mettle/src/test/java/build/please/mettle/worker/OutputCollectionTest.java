// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.mettle.conformance.Shows;
import build.please.proto.execution.ActionResult;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.OutputDirectory;
import build.please.proto.execution.OutputSymlink;
import com.google.rpc.Code;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What comes back, under which name and in which list. */
@SuppressWarnings("deprecation") // The older fields are half of what is tested.
@Timeout(60)
final class OutputCollectionTest {
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

  private static List<String> links(List<OutputSymlink> links) {
    return links.stream().map(link -> link.getPath() + " -> " + link.getTarget()).toList();
  }

  @Test
  @Shows("CMD-14 WRK-10 WRK-11 WRK-13 WRK-35")
  void outputPaths_areReportedAsTheyWereWritten_eachOnce_inOrder() {
    rig.outputs("z", "a/b", "z", "./c", "d/../e", "missing", "*.glob");
    ActionResult result = result("mkdir -p d; for f in z a/b c e; do echo $f > $f; done");
    assertEquals(List.of("z", "a/b", "./c", "d/../e"), Rig.paths(result));
    assertEquals("a/b\n", rig.content(result.getOutputFiles(1).getDigest()));
  }

  @Test
  @Shows("CMD-10 CMD-15 CMD-16")
  void parentsOfOutputs_existBeforeTheCommand_butNotTheOutputs() {
    rig.outputs("a/b/c", "d");
    rig.command.setWorkingDirectory("w");
    rig.inputs.directory("w");
    result("test -d a/b && test ! -e a/b/c && test ! -e d && test $(ls | wc -l) = 1");
  }

  @Test
  @Shows("CMD-15 CMD-16")
  void legacyOutputs_getTheirParentsToo() {
    rig.command.addOutputFiles("f/g").addOutputDirectories("h/i/j");
    result("test -d f && test ! -e f/g && test -d h/i && test ! -e h/i/j");
  }

  @Test
  void parents_areNotMadeIfTheCommandSaysSo() {
    rig.outputs("a/b").env("_CREATE_OUTPUT_DIRS", "false");
    result("test ! -e a");
  }

  @Test
  @Shows("CMD-06 CMD-10 CMD-17 WRK-13")
  void outputs_areRelativeToTheWorkingDirectory() {
    rig.inputs.file("w/v/in", "x");
    rig.command.setWorkingDirectory("w/v");
    rig.outputs("out", "../up");
    ActionResult result = result("cp in out; cp in ../up; touch ../../out");
    assertEquals(List.of("out", "../up"), Rig.paths(result));
  }

  @Test
  @Shows("CMD-15 WRK-12")
  void missingParentThatIsAnotherOutput_comesBackAsADirectory() {
    rig.outputs("a/b", "a");
    ActionResult result = result("true");
    assertEquals(List.of("a"), directories(result));
  }

  private static List<String> directories(ActionResult result) {
    return result.getOutputDirectoriesList().stream().map(OutputDirectory::getPath).toList();
  }

  @Test
  @Shows("WRK-11")
  void executableBit_isReported() {
    rig.outputs("a", "b");
    ActionResult result = result("touch a b; chmod 600 a; chmod 700 b");
    assertFalse(result.getOutputFiles(0).getIsExecutable());
    assertTrue(result.getOutputFiles(1).getIsExecutable());
  }

  @Test
  void binary_makesEveryFileExecutable() throws Exception {
    rig.outputs("a", "d").env("_BINARY", "true");
    ActionResult result =
        result("touch a; mkdir d; touch d/b; chmod 600 a d/b; ln -s /etc/passwd d/l");
    assertTrue(result.getOutputFiles(0).getIsExecutable());
    build.please.proto.execution.Tree tree =
        build.please.proto.execution.Tree.parseFrom(
            rig.bytes(result.getOutputDirectories(0).getTreeDigest()));
    assertTrue(tree.getRoot().getFiles(0).getIsExecutable());
  }

  @Test
  @Shows("WRK-06")
  void streams_areBlobs_orUnsetIfEmpty() {
    ActionResult result = result("echo out");
    assertEquals("out\n", rig.content(result.getStdoutDigest()));
    assertFalse(result.hasStderrDigest());
    assertTrue(result.getStdoutRaw().isEmpty());
  }

  @Test
  @Shows("WRK-06 WRK-07")
  void streams_areInlinedOnRequest_butNotStoredSo() {
    rig.request.setInlineStdout(true).setInlineStderr(true);
    ActionResult result = result("echo out; head -c 200000 /dev/zero >&2");
    assertEquals("out\n", result.getStdoutRaw().toStringUtf8());
    assertEquals("out\n", rig.content(result.getStdoutDigest()));
    assertTrue(result.getStderrRaw().isEmpty());
    assertEquals(200000, result.getStderrDigest().getSizeBytes());
    ActionResult stored = rig.cache.results.values().iterator().next();
    assertTrue(stored.getStdoutRaw().isEmpty());
    assertEquals(result.getStdoutDigest(), stored.getStdoutDigest());
  }

  @Test
  @Shows("DIR-08 WRK-14 WRK-16 WRK-17 WRK-18")
  void outputPathsLinks_areInTheNewListAndTheFittingOldOne() {
    rig.outputs("file", "dir", "dangling", "absolute", "self");
    ActionResult result =
        result(
            "echo x > t; mkdir d; ln -s t file; ln -s ./d/ dir; ln -s no/where dangling;"
                + " ln -s /usr/bin absolute; ln -s self self");
    assertEquals(
        List.of(
            "file -> t",
            "dir -> ./d/",
            "dangling -> no/where",
            "absolute -> /usr/bin",
            "self -> self"),
        links(result.getOutputSymlinksList()));
    assertEquals(
        List.of("file -> t", "dangling -> no/where", "self -> self"),
        links(result.getOutputFileSymlinksList()));
    assertEquals(
        List.of("dir -> ./d/", "absolute -> /usr/bin"),
        links(result.getOutputDirectorySymlinksList()));
    assertEquals(0, result.getOutputFilesCount());
    assertEquals(0, result.getOutputDirectoriesCount());
  }

  @Test
  @Shows("WRK-15 WRK-18")
  void legacyLinks_areInTheOldListsOnly() {
    rig.command.addOutputFiles("file").addOutputFiles("dangling").addOutputDirectories("dir");
    ActionResult result = result("touch t; ln -s t file; ln -s nowhere dangling; ln -s /usr dir");
    assertEquals(0, result.getOutputSymlinksCount());
    assertEquals(
        List.of("file -> t", "dangling -> nowhere"), links(result.getOutputFileSymlinksList()));
    assertEquals(List.of("dir -> /usr"), links(result.getOutputDirectorySymlinksList()));
  }

  @Test
  @Shows("CMD-09 WRK-10 WRK-12")
  void legacyOutputs_areReportedByKind_andOptionalOnesLeftOut() {
    rig.command
        .addOutputFiles("b")
        .addOutputFiles("optional")
        .addOutputFiles("a")
        .addOutputDirectories("d");
    ActionResult result = result("echo 1 > b; echo 2 > a; mkdir d; echo 3 > d/f");
    assertEquals(List.of("b", "a"), Rig.paths(result));
    assertEquals(List.of("d"), directories(result));
    assertEquals(1, rig.cache.results.size(), "optional outputs do not keep it from the cache");
  }

  @Test
  @Shows("WRK-19 WRK-20")
  void legacyOutputOfTheWrongKind_isAFailure_withTheOthersBeside() {
    for (String script :
        List.of(
            "mkdir f; mkdir d",
            "touch f; touch d",
            "ln -s /usr f; mkdir d",
            "touch f; ln -s f d")) {
      rig.command.clearOutputFiles().clearOutputDirectories();
      rig.command.addOutputFiles("f").addOutputFiles("good").addOutputDirectories("d");
      ExecuteResponse response = rig.shell(script + "; echo kept > good").run();
      assertEquals(Code.FAILED_PRECONDITION, Rig.code(response), script);
      assertEquals(0, response.getStatus().getDetailsCount(), "no MISSING detail");
      assertEquals("kept\n", rig.output(response, "good"));
    }
    assertTrue(rig.cache.results.isEmpty());
  }

  @Test
  @Shows("WRK-21")
  void outputThatIsAPipe_isNamed_andTheOthersComeAllTheSame() {
    rig.outputs("pipe", "good", "d");
    ExecuteResponse response =
        rig.shell("mkfifo pipe; echo kept > good; mkdir d; mkfifo d/inner; touch d/f").run();
    assertEquals(Code.INVALID_ARGUMENT, Rig.code(response));
    assertTrue(response.getStatus().getMessage().contains("output pipe "), response::toString);
    assertEquals("kept\n", rig.output(response, "good"));
    assertEquals(List.of("d"), directories(response.getResult()));
    assertTrue(rig.cache.results.isEmpty());
  }

  @Test
  void nameThatIsNotUtf8_isNamedByItsBytes_andTheOthersComeAllTheSame() {
    rig.outputs("d", "good");
    ExecuteResponse response =
        rig.shell("mkdir d; touch \"d/$(printf 'bad\\377')\"; touch d/fine; echo kept > good")
            .run();
    assertEquals(Code.INVALID_ARGUMENT, Rig.code(response), response::toString);
    assertTrue(response.getStatus().getMessage().contains("bad%FF"), response::toString);
    assertEquals("kept\n", rig.output(response, "good"));
  }

  @Test
  void linkInThePlaceOfAParent_isNotFollowedOut() {
    rig.outputs("d/passwd", "e/inside");
    ExecuteResponse response =
        rig.shell("rm -r d e; ln -s /etc d; mkdir real; echo in > real/inside; ln -s real e").run();
    assertEquals(Code.OK, Rig.code(response), response::toString);
    assertEquals(List.of("e/inside"), Rig.paths(response.getResult()));
    assertFalse(rig.blobs.blobs.containsKey(Digest.of("root".getBytes(StandardCharsets.UTF_8))));
  }

  @Test
  @Shows("CMD-17")
  void parentLinkToSomewhereElse_isNotClimbed() {
    rig.inputs.directory("w");
    rig.command.setWorkingDirectory("w");
    rig.outputs("x/../../stdout");
    // The log lies beside the input root, two steps above x's target.
    ExecuteResponse response = rig.shell("echo secret; rm -r x; ln -s .. x").run();
    assertEquals(0, response.getResult().getOutputFilesCount(), response::toString);
  }

  @Test
  @Shows("WRK-08 WRK-31")
  void failedCommand_bringsItsOutputs_andIsNotStored() {
    rig.outputs("log");
    ExecuteResponse response = rig.shell("echo why > log; echo no >&2; exit 1").run();
    assertEquals(Code.OK, Rig.code(response));
    assertEquals("why\n", rig.output(response, "log"));
    assertEquals("no\n", rig.stderr(response));
    assertTrue(rig.cache.results.isEmpty());
  }

  @Test
  @Shows("WRK-29")
  void nodeProperties_comeOnlyIfAskedFor() {
    rig.outputs("f");
    ActionResult plain = result("touch -d @1000000000 f; chmod 640 f");
    assertFalse(plain.getOutputFiles(0).hasNodeProperties());

    rig.command.addOutputNodeProperties("mtime").addOutputNodeProperties("unix_mode");
    ActionResult full = result("touch -d @1000000000 f; chmod 640 f");
    assertEquals(1_000_000_000, full.getOutputFiles(0).getNodeProperties().getMtime().getSeconds());
    assertEquals(0640, full.getOutputFiles(0).getNodeProperties().getUnixMode().getValue());
  }

  @Test
  void sparseAndLargeOutputs_areStoredWhole() {
    rig.outputs("big", "sparse");
    ActionResult result =
        result("head -c 5000000 /dev/urandom > big; truncate -s 3000000 sparse; cksum < big");
    assertEquals(5_000_000, rig.bytes(result.getOutputFiles(0).getDigest()).size());
    assertEquals(3_000_000, rig.bytes(result.getOutputFiles(1).getDigest()).size());
  }
}
