// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.mettle.conformance.Shows;
import build.please.proto.execution.ExecuteResponse;
import com.google.rpc.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Trees at the limits of what there can be, and just beyond. */
@Timeout(60)
final class OddTreesTest {
  private static final String LONGEST = "n".repeat(255);

  @TempDir Path directory;
  private Rig rig;

  @BeforeEach
  void open() {
    rig = new Rig(directory);
  }

  @AfterEach
  void close() throws IOException {
    assertEquals(List.of(), rig.leftovers());
    rig.close();
  }

  private String sees(String script) {
    ExecuteResponse response = rig.shell(script).run();
    assertEquals(Code.OK, Rig.code(response), response::toString);
    assertEquals(0, response.getResult().getExitCode(), () -> rig.stderr(response));
    return rig.stdout(response).strip();
  }

  private void refused(String why) throws IOException {
    ExecuteResponse response = rig.shell("true").run();
    assertEquals(Code.INVALID_ARGUMENT, Rig.code(response), response::toString);
    assertTrue(response.getStatus().getMessage().contains(why), response::toString);
    try (Stream<Path> cached = Files.walk(rig.files().directory().resolve("plain"))) {
      assertEquals(0, cached.filter(Files::isRegularFile).count(), "something was fetched");
    }
  }

  @Test
  @Shows("DIR-01")
  void nameOf255Bytes_isTaken_andALongerOneRefused() throws IOException {
    rig.inputs.file(LONGEST, "file").file(LONGEST.replace('n', 'd') + "/f", "below");
    assertEquals("filebelow", sees("cat n* d*/f"));
    rig.inputs.message("").addFilesBuilder().setName(LONGEST + "n");
    rig.inputs.message("").getFilesBuilder(1).setDigest(rig.blobs.put("x").toProto());
    rig.reopenFiles();
    TreeRemoval.remove(rig.config().inputs().cacheDirectory());
    refused("longer than 255 bytes");
  }

  @Test
  @Shows("DIR-01")
  void nulInANameOrTarget_isRefused_andTheNextActionRuns() throws IOException {
    rig.inputs.directory("a/b").message("a/b").addSymlinksBuilder().setName("l\0").setTarget("x");
    refused("\\u0000");
    rig.inputs.message("a/b").clearSymlinks().addSymlinksBuilder().setName("l").setTarget("x\0y");
    refused("x\\u0000y");
    rig.inputs.message("a/b").clearSymlinks().addFilesBuilder().setName("passwd\0.txt");
    rig.inputs.message("a/b").getFilesBuilder(0).setDigest(rig.blobs.put("x").toProto());
    refused("passwd\\u0000.txt");
    rig.inputs.message("a/b").clearFiles();
    assertEquals("a/b", sees("echo a/*"));
  }

  @Test
  void namesAreMeasuredInBytes() throws IOException {
    rig.inputs.file("\u00fc".repeat(128), "x");
    refused("longer than 255 bytes");
  }

  @Test
  void hundredLevels_areStagedAndRemoved() {
    String path = "d/".repeat(100) + "file";
    rig.inputs.file(path, "deep");
    assertEquals("deep", sees("cat " + path));
  }

  @Test
  void linksThatLeadOut_areMade_andNotFollowedByUs() throws IOException {
    Path outside = Files.createTempDirectory("mettle-outside");
    try {
      Path secret = Files.writeString(outside.resolve("file"), "outside");
      Files.setPosixFilePermissions(
          secret, java.nio.file.attribute.PosixFilePermissions.fromString("rw-rw-rw-"));
      var before = build.please.common.cas.FileStamp.of(secret);
      rig.inputs.link("abs", secret.toString()).link("dir", outside.toString()).link("up", "..");
      rig.inputs.file("d/file", "inside").link("d/loop", ".");

      assertEquals("outside inside", sees("echo $(cat abs) $(cat d/loop/loop/file)"));

      assertEquals(before, build.please.common.cas.FileStamp.of(secret));
      try (Stream<Path> entries = Files.list(outside)) {
        assertEquals(List.of(secret), entries.toList());
      }
    } finally {
      TreeRemoval.remove(outside);
    }
  }
}
