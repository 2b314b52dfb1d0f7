// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.mettle.conformance.Shows;
import build.please.mettle.queue.ExecuteMessage;
import build.please.proto.execution.DigestFunction;
import build.please.proto.execution.ExecuteResponse;
import com.google.rpc.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Faults 82 to 86, 91 to 93, 95: refused with the reason, and nothing outside is touched. */
@Timeout(60)
final class MalformedActionTest {
  @TempDir Path directory;
  private Rig rig;
  private Path work;

  @BeforeEach
  void open() throws IOException {
    work = Files.createDirectory(directory.resolve("work"));
    rig = new Rig(work).shell("touch ran").outputs("ran");
  }

  @AfterEach
  void close() throws IOException {
    assertEquals(java.util.List.of(), rig.leftovers());
    try (var entries = Files.list(directory)) {
      assertEquals(1, entries.count(), "something was created outside");
    }
    rig.close();
  }

  private String refused() {
    ExecuteResponse response = rig.run();
    assertEquals(Code.INVALID_ARGUMENT, Rig.code(response), response::toString);
    assertTrue(response.hasResult());
    assertEquals(0, response.getResult().getOutputFilesCount());
    assertTrue(rig.cache.results.isEmpty());
    return response.getStatus().getMessage();
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "../evil", "/tmp/mettle-evil", "a/b", "", "."})
  @Shows("DIR-01")
  void badNames_areRefused(String name) {
    rig.inputs
        .message("")
        .addFilesBuilder()
        .setName(name)
        .setDigest(rig.blobs.put("evil").toProto());
    refused();
    assertFalse(Files.exists(Path.of("/tmp/mettle-evil")));
  }

  @Test
  @Shows("DIR-01")
  void badNameDeepInTheTree_isRefusedBeforeAnythingIsCreated() {
    rig.inputs
        .message("a/b/c")
        .addDirectoriesBuilder()
        .setName("../../../../../evil")
        .setDigest(rig.inputs.store(rig.blobs).toProto());
    refused();
  }

  @Test
  void pathTooLongForLinux_isRefused() {
    rig.inputs.file(("x".repeat(200) + "/").repeat(20) + "f", "deep");
    assertTrue(refused().contains("longer than"));
  }

  @Test
  @Shows("DIR-02 DIR-11")
  void directoryInThePlaceOfALink_isRefused() {
    rig.inputs.link("x", "/").file("x/evil", "evil");
    refused();
  }

  @Test
  void treeBomb_isRefused() {
    Digest below = rig.inputs.file("f", "x").store(rig.blobs);
    for (int level = 0; level < 40; level++) {
      InputTree tree = new InputTree();
      tree.message("").addDirectoriesBuilder().setName("a").setDigest(below.toProto());
      tree.message("").addDirectoriesBuilder().setName("b").setDigest(below.toProto());
      below = tree.store(rig.blobs);
    }
    rig.action.setInputRootDigest(below.toProto());
    assertTrue(refused().contains("entries"));
  }

  @Test
  void bytesThatAreNoDirectory_areRefused() {
    rig.action.setInputRootDigest(rig.blobs.put("\u00ff no directory").toProto());
    assertTrue(refused().contains("not a Directory"));
  }

  @Test
  void bytesThatAreNoCommand_areRefused() {
    rig.action.setCommandDigest(rig.blobs.put("\u00ff no command").toProto());
    assertTrue(refused().contains("Command"));
  }

  @Test
  @Shows("CMD-01")
  void unsetDigests_areRefusedByName() {
    rig.action.setCommandDigest(build.please.proto.execution.Digest.getDefaultInstance());
    assertTrue(refused().contains("command"));
    rig.action.clear().setInputRootDigest(build.please.proto.execution.Digest.getDefaultInstance());
    assertTrue(refused().contains("input root"));
  }

  @Test
  void shortActionHash_isRefused() {
    rig.request.getActionDigestBuilder().setHash("abc");
    ExecuteResponse response = rig.run(new ExecuteMessage(rig.request.build(), Instant.EPOCH, ""));
    assertEquals(Code.INVALID_ARGUMENT, Rig.code(response));
    assertTrue(response.hasResult());
  }

  @Test
  @Shows("WRK-30")
  void foreignDigestFunction_isRefused() {
    rig.request.setDigestFunction(DigestFunction.Value.MD5);
    assertTrue(refused().contains("MD5"));
  }

  @Test
  @Shows("CMD-02")
  void emptyArguments_areRefused() {
    rig.arguments();
    refused();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../evil", "/tmp/mettle-evil", "a/../../../evil", "a/"})
  @Shows("CMD-11 CMD-17")
  void outputPathOutside_isRefused(String path) {
    rig.outputs(path);
    refused();
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "/", "absent", "file", "out", "a/../.."})
  @Shows("CMD-06")
  void workingDirectoryThatIsNoneInside_isRefused(String path) {
    rig.inputs.file("file", "x").link("out", "/tmp").directory("a");
    rig.command.setWorkingDirectory(path);
    assertTrue(refused().contains("working directory"));
  }

  @Test
  void timeoutAboveTheMaximumOrNegative_isRefused() {
    rig.timeout(Duration.ofHours(7));
    refused();
    rig.timeout(Duration.ofSeconds(-1));
    refused();
  }

  @Test
  @Shows("DIR-11")
  void outputParentsBehindALinkThatLeadsOut_areNotCreated() throws IOException {
    Path outside = Files.createTempDirectory("mettle-outside");
    try {
      rig.inputs.link("link", outside.toString());
      rig.command.clearOutputPaths();
      rig.outputs("link/new/file");
      ExecuteResponse response = rig.shell("true").run();
      assertEquals(Code.OK, Rig.code(response));
      assertFalse(Files.exists(outside.resolve("new"), LinkOption.NOFOLLOW_LINKS));
    } finally {
      Files.delete(outside);
    }
  }
}
