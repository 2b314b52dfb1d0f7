// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import build.please.mettle.conformance.Shows;
import build.please.proto.execution.NodeProperties;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UInt32Value;
import com.google.rpc.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Links lead out of the input root, and nothing is changed through them: neither content nor mode
 * nor any time, that of the last change of the inode included. Nor does anything appear there.
 */
@Timeout(60)
final class UntouchedOutsideTest {
  @TempDir Path directory;
  @TempDir Path outside;
  private Rig rig;
  private Map<Path, String> before = Map.of();

  @BeforeEach
  void open() throws IOException {
    rig = new Rig(directory);
    rig.env("PATH", "/usr/bin:/bin").env("OUT", outside.toString());
    canary(outside.resolve("tool"), "rwxr-x--x");
    Files.createDirectory(outside.resolve("d"));
    canary(outside.resolve("d/inner"), "rw-rw-r--");
    Files.setPosixFilePermissions(
        outside.resolve("d"), PosixFilePermissions.fromString("rwx--x--x"));
    before = state();
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private static void canary(Path file, String mode) throws IOException {
    Files.writeString(file, "sings\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2001-02-03T04:05:06.07Z")));
  }

  /** Of all that is there; reading it changes none of this. */
  private Map<Path, String> state() throws IOException {
    Map<Path, String> state = new TreeMap<>();
    try (Stream<Path> all = Files.walk(outside)) {
      for (Path each : all.toList()) {
        Map<String, Object> attributes =
            Files.readAttributes(
                each,
                "unix:mode,ino,nlink,uid,gid,size,lastModifiedTime,ctime",
                LinkOption.NOFOLLOW_LINKS);
        String content = Files.isRegularFile(each) ? Files.readString(each) : "";
        state.put(each, new TreeMap<>(attributes) + " " + content);
      }
    }
    return state;
  }

  private void assertUntouched(Code code, String script) throws IOException {
    assertEquals(code, Rig.code(rig.shell(script).run()));
    // Removal is over then, which is as good at following links as all that went before.
    assertEquals(List.of(), rig.leftovers());
    assertEquals(before, state());
  }

  @Test
  @Shows("WRK-14 DIR-08")
  void linksAsOutputs() throws IOException {
    rig.outputs("file", "dir", "tree", "dangling");
    rig.command.addOutputNodeProperties("mtime").addOutputNodeProperties("unix_mode");
    rig.env("_BINARY", "true");
    assertUntouched(
        Code.OK,
        "ln -s $OUT/tool file; ln -s $OUT/d dir; ln -s $OUT/new dangling;"
            + " mkdir tree; ln -s $OUT/tool tree/file; ln -s $OUT/d tree/dir; ln -s $OUT/x tree/x");
  }

  @Test
  @Shows("WRK-20")
  void linksAsOldStyleOutputs() throws IOException {
    legacyOutputs();
    assertUntouched(
        Code.FAILED_PRECONDITION, "ln -s $OUT/tool file; ln -s $OUT/d dir; ln -s $OUT/tool wrong");
  }

  @SuppressWarnings("deprecation")
  private void legacyOutputs() {
    rig.command.addOutputFiles("file").addOutputDirectories("dir").addOutputDirectories("wrong");
  }

  @Test
  @Shows("DIR-11")
  void linksAsInputs_withPropertiesOfTheirOwn() throws IOException {
    NodeProperties properties =
        NodeProperties.newBuilder()
            .setMtime(Timestamp.newBuilder().setSeconds(1_000_000))
            .setUnixMode(UInt32Value.of(0600))
            .build();
    rig.inputs.link("file", outside + "/tool").link("dir", outside + "/d");
    rig.inputs
        .message("")
        .getSymlinksBuilderList()
        .forEach(link -> link.setNodeProperties(properties));
    rig.outputs("file", "dir");
    assertUntouched(Code.OK, "test -x file; cat dir/inner");
  }

  @Test
  @Shows("DIR-11 CMD-17")
  void outputsBelowLinksThatLeadOut() throws IOException {
    rig.inputs.link("dir", outside + "/d").link("made", outside + "/made");
    rig.outputs("dir/inner", "dir/new/file", "made/up/file");
    assertUntouched(Code.OK, "true");
  }

  @Test
  @Shows("CMD-06")
  void workingDirectoryThatLeadsOut() throws IOException {
    rig.inputs.link("dir", outside + "/d");
    rig.command.setWorkingDirectory("dir");
    rig.outputs("inner", "new/file");
    assertUntouched(Code.INVALID_ARGUMENT, "true");
  }

  @Test
  @Shows("WRK-02")
  void treesWithoutRightsAreRemoved_linksInThemNotFollowed() throws IOException {
    rig.outputs("tree");
    assertUntouched(
        Code.OK,
        "mkdir -p tree/deep; ln -s $OUT/d tree/deep/dir; ln -s $OUT/tool tree/deep/file;"
            + " ln -s $OUT tree/all; chmod 500 tree/deep tree");
  }

  @Test
  @Shows("WRK-02")
  void hardLinksAreRemoved_theirOtherNamesStay() throws IOException {
    // The inode notices the link that comes and goes, by its time of change alone.
    rig.outputs("tool");
    assertEquals(Code.OK, Rig.code(rig.shell("ln $OUT/tool tool").run()));
    assertEquals(List.of(), rig.leftovers());
    assertEquals("sings\n", Files.readString(outside.resolve("tool")));
    assertEquals(
        PosixFilePermissions.fromString("rwxr-x--x"),
        Files.getPosixFilePermissions(outside.resolve("tool")));
  }
}
