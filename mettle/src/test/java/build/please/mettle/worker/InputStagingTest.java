// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.mettle.conformance.Shows;
import build.please.proto.execution.ExecuteResponse;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an action finds in its input root. */
@Timeout(60)
final class InputStagingTest {
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
    ExecuteResponse response = rig.shell(script).run();
    assertEquals(Code.OK, Rig.code(response), response::toString);
    assertEquals(0, response.getResult().getExitCode(), () -> rig.stderr(response));
    return rig.stdout(response).strip();
  }

  @Test
  @Shows("DIR-10 WRK-01")
  void filesDirectoriesAndLinks_areInPlaceBeforeTheCommandStarts() {
    rig.inputs.file("a.txt", "alpha").file("d/e/f.txt", "deep").directory("empty/dir");
    rig.inputs.link("d/up", "../a.txt").link("dangling", "no/where").link("abs", "/etc/passwd");

    assertEquals(
        "alpha deep alpha ../a.txt no/where /etc/passwd dir",
        sees(
            "echo $(cat a.txt d/e/f.txt d/up | sed 's/deep/ deep /')"
                + " $(readlink d/up) $(readlink dangling) $(readlink abs) $(ls empty)"));
  }

  @Test
  @Shows("DIR-07 DIR-08")
  void linkTargets_areNotTidied() {
    rig.inputs.link("a", "./x//y/").link("b", "../../..//z").link("c", "/").link("d", "x/.");
    assertEquals(
        "./x//y/ ../../..//z / x/.", sees("echo $(for l in a b c d; do readlink $l; done)"));
  }

  @Test
  @Shows("DIR-06")
  void modes_followIsExecutable_alsoForOneBlobInBothModes() {
    rig.inputs.file("plain", "same").script("program", "same").file("empty", "");
    assertEquals("444 555 444", sees("echo $(stat -c %a plain program empty)"));
  }

  @Test
  void emptyBlob_isNeverAskedFor() {
    rig.inputs.file("empty", "").file("d/empty", "").directory("nothing");
    assertEquals("0 0", sees("echo $(stat -c %s empty d/empty)"));
    assertFalse(rig.blobs.asked.contains(Digest.EMPTY));
  }

  @Test
  void directories_costOneReadPerLevel_andSmallFilesOneTogether() {
    for (int i = 0; i < 40; i++) {
      rig.inputs.file("d" + i + "/e/f" + i, "content " + i);
    }
    sees("true");
    // Action, Command, three levels, one batch of files.
    assertEquals(6, rig.blobs.readAlls.get());
    assertEquals(0, rig.blobs.reads.get());
  }

  @Test
  void largeFile_isStreamed() {
    byte[] large = new byte[3 << 20];
    new Random(1).nextBytes(large);
    ByteString bytes = ByteString.copyFrom(large);
    rig.blobs.put(bytes);
    for (String name : new String[] {"one", "two"}) {
      rig.inputs.message("").addFilesBuilder().setName(name).setDigest(Digest.of(bytes).toProto());
    }
    String hash = Digest.of(bytes).hash();
    assertEquals(
        hash + " " + hash,
        sees("echo $(cat one | sha256sum | cut -c-64) $(cat two | sha256sum | cut -c-64)"));
    assertEquals(1, rig.blobs.reads.get());
  }

  @Test
  @Shows("WRK-03 WRK-32")
  void damagedBlob_isAnOutageAndNeverAnInput() {
    rig.inputs.file("a", "right");
    Digest action = rig.shell("cat a").actionDigest();
    rig.blobs.blobs.put(
        Digest.of("right".getBytes(StandardCharsets.UTF_8)), ByteString.copyFromUtf8("wrong"));
    rig.action.clear().mergeFrom(parseAction(action));
    rig.action.setInputRootDigest(rig.action.getInputRootDigest());

    ExecuteResponse response = rig.run();

    assertEquals(Code.UNAVAILABLE, Rig.code(response), response::toString);
    assertTrue(rig.cache.results.isEmpty());
  }

  private build.please.proto.execution.Action parseAction(Digest digest) {
    try {
      return build.please.proto.execution.Action.parseFrom(rig.bytes(digest.toProto()));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @Shows("DIR-09")
  void nodeProperties_areApplied() {
    rig.inputs.file("a", "x").script("b", "y").directory("d").file("d/z", "z");
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
        .setValue(06600);
    rig.inputs.message("d").getNodePropertiesBuilder().getMtimeBuilder().setSeconds(1_100_000_000);
    rig.inputs.message("d").getNodePropertiesBuilder().getUnixModeBuilder().setValue(0);

    assertEquals(
        "1000000000 711 1100000000 700",
        sees("echo $(stat -c %Y a) $(stat -c %a b) $(stat -c %Y d) $(stat -c %a d)"));
  }

  @Test
  void oddNames_areExact() {
    Assumptions.assumeTrue(
        "UTF-8".equals(System.getProperty("sun.jnu.encoding")), "names are not UTF-8 here");
    for (String name : List.of("\u00fcber \u65e5\u672c", "a\nb", " ", "-rf", "*", "\ud83d\ude00")) {
      rig.inputs.file("in/" + name, "content of " + name);
    }
    rig.outputs("in");
    ExecuteResponse response = rig.shell("ls in | wc -l").run();

    // "a\nb" takes two lines.
    assertEquals("7", rig.stdout(response).strip());
    assertEquals(1, response.getResult().getOutputDirectoriesCount(), response::toString);
  }

  @Test
  void nonAsciiName_inALocaleThatCannotWriteIt_isRefusedWithTheCure() {
    rig.host(new WorkerConfig.Host("/usr/bin:/bin", "/", Charset.forName("US-ASCII")));
    rig.inputs.file("\u00fcber", "x");

    ExecuteResponse response = rig.shell("true").run();

    assertEquals(Code.INVALID_ARGUMENT, Rig.code(response));
    assertTrue(response.getStatus().getMessage().contains("LC_ALL=C.UTF-8"));
  }

  @Test
  void fileAndLinkOfOneName_giveTheFile() {
    rig.inputs.file("x", "the file").link("x", "/etc/hostname");
    assertEquals("the file", sees("test ! -L x && cat x"));
  }
}
