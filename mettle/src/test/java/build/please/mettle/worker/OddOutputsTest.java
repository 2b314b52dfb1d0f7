// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import build.please.mettle.conformance.Shows;
import build.please.proto.execution.Directory;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.FileNode;
import build.please.proto.execution.Tree;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Code;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Fault 88: outputs that cannot be stored are named, and the others come all the same. */
@Timeout(60)
final class OddOutputsTest {
  @TempDir Path directory;
  @TempDir Path outside;
  private Rig rig;

  @BeforeEach
  void open() {
    rig = new Rig(directory).outputs("odd", "good", "tree");
    rig.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("OUTSIDE", outside.toString());
  }

  @AfterEach
  void close() {
    rig.close();
  }

  /** Runs a script that makes something odd as {@code odd} and as {@code tree/odd}. */
  private ExecuteResponse run(String script) {
    return rig.shell("mkdir tree; echo kept > good; echo kept > tree/good; " + script).run();
  }

  private void assertNamed(ExecuteResponse response, Code code, String... what) throws IOException {
    assertEquals(code, Rig.code(response), response::toString);
    for (String words : what) {
      assertTrue(response.getStatus().getMessage().contains(words), response::toString);
    }
    assertEquals("kept\n", rig.output(response, "good"));
    assertEquals(
        List.of("good"), root(response).getFilesList().stream().map(FileNode::getName).toList());
    assertTrue(rig.cache.results.isEmpty());
  }

  private Directory root(ExecuteResponse response) throws InvalidProtocolBufferException {
    return Tree.parseFrom(rig.bytes(response.getResult().getOutputDirectories(0).getTreeDigest()))
        .getRoot();
  }

  @Test
  @Shows("WRK-21")
  void pipe_isNamed() throws IOException {
    assertNamed(run("mkfifo odd tree/odd"), Code.INVALID_ARGUMENT, "output odd is a device, ");
  }

  @Test
  @Shows("WRK-21")
  void socket_isNamed() throws IOException {
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(outside.resolve("s")));
      assertNamed(
          run("ln $OUTSIDE/s odd; mv $OUTSIDE/s tree/odd"),
          Code.INVALID_ARGUMENT,
          "output odd is a device, socket or pipe");
    }
  }

  @Test
  @Shows("WRK-21")
  void device_isNamed() throws IOException {
    assumeTrue(mayMakeDevices(), "only root makes devices, and not in every container");
    assertNamed(
        run("mknod odd c 1 3; mknod tree/odd c 1 3"), Code.INVALID_ARGUMENT, "output odd is a ");
  }

  private boolean mayMakeDevices() throws IOException {
    Process mknod =
        new ProcessBuilder("mknod", outside.resolve("null").toString(), "c", "1", "3").start();
    return mknod.onExit().join().exitValue() == 0;
  }

  @Test
  @Shows("WRK-21")
  void onlyInATree_isNamedByItsWholePath() throws IOException {
    assertNamed(run("mkfifo tree/odd"), Code.INVALID_ARGUMENT, "output tree/odd is a device, ");
  }

  private void assumeThatModesCount() throws IOException {
    Path closed =
        Files.createFile(
            outside.resolve("closed"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("---------")));
    assumeTrue(!Files.isReadable(closed), "root reads everything");
  }

  @Test
  @Shows("WRK-21")
  void unreadableFile_isNamed() throws IOException {
    assumeThatModesCount();
    assertNamed(
        run("touch odd tree/odd; chmod 0 odd tree/odd"),
        Code.INVALID_ARGUMENT,
        "output odd cannot be read: no permission");
  }

  @Test
  @Shows("WRK-21")
  void unreadableDirectory_isNamed() throws IOException {
    assumeThatModesCount();
    assertNamed(
        run("mkdir odd tree/odd; chmod 300 odd tree/odd"),
        Code.INVALID_ARGUMENT,
        "output odd cannot be read: no permission");
  }

  /** Not as if it were absent, which would be a success. */
  @Test
  @Shows("WRK-21")
  void outputInADirectoryThatCannotBeSearched_isNamed() throws IOException {
    assumeThatModesCount();
    rig.outputs("closed/in");
    assertNamed(
        run("touch closed/in; chmod 600 closed"),
        Code.INVALID_ARGUMENT,
        "output closed/in cannot be read: no permission");
  }

  @Test
  void manyOddOnes_areCounted_theFirstIsNamed() throws IOException {
    assertNamed(
        run("i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo tree/odd$i; done | xargs mkfifo"),
        Code.INVALID_ARGUMENT,
        "output tree/odd1 is a device, socket or pipe");
  }

  @Test
  void deepDirectory_isNamed_andWhatIsAboveComesAllTheSame() throws IOException {
    ExecuteResponse response =
        run("cd tree; i=0; while [ $i -lt 450 ]; do mkdir d && cd d; i=$((i+1)); done; touch low");
    assertNamed(response, Code.INVALID_ARGUMENT, "deeper than 400 directories");
    assertEquals(1, root(response).getDirectoriesCount());
  }
}
