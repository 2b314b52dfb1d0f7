// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import build.please.common.cas.Digest;
import build.please.common.cas.FileStamp;
import build.please.common.cas.MalformedException;
import build.please.common.rpc.RpcErrors;
import build.please.mettle.conformance.Shows;
import build.please.proto.execution.Command;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said about outputs that cannot be stored. */
final class OutputsTest {
  private static final Adoption NOWHERE =
      new Adoption(new MapBlobStore(), Rig.FILE_NAMES, Clock.systemUTC());

  private final Outputs outputs = new Outputs(1000, NOWHERE);

  private void assertSaid(Code code, String message) {
    Status status = RpcErrors.toStatus(outputs.faults().get(0));
    assertEquals(code.getNumber(), status.getCode());
    assertEquals(message, status.getMessage());
  }

  @Test
  @Shows("WRK-21")
  void wantOfRights_isTheClientsFault() {
    outputs.unreadable("a/b", new AccessDeniedException("/actions/a/b"));
    assertSaid(Code.INVALID_ARGUMENT, "output a/b cannot be read: no permission");
  }

  @Test
  @Shows("WRK-32")
  void whatGoesWhileItIsRead_mayBeThereNextTime() {
    outputs.unreadable("a", new NoSuchFileException("a"));
    assertSaid(
        Code.UNAVAILABLE,
        "IOException: output a cannot be read: java.nio.file.NoSuchFileException: a");
  }

  @Test
  void manyFaults_areTheFirstOnesAndACount() {
    for (int i = 0; i < 1_000; i++) {
      outputs.unreadable("f" + i, new MalformedException("odd"));
    }
    List<Exception> faults = outputs.faults();
    assertEquals(21, faults.size());
    assertEquals("output f19: odd", faults.get(19).getMessage());
    assertEquals("and of 980 more outputs", faults.get(20).getMessage());
  }

  @Test
  void moreThanThereIsRoomFor_isTooMuch() throws IOException {
    outputs.reserve(400);
    assertEquals(600, outputs.room());
    outputs.reserve(600);
    StatusRuntimeException refused =
        assertThrows(StatusRuntimeException.class, () -> outputs.reserve(1));
    assertEquals(io.grpc.Status.Code.RESOURCE_EXHAUSTED, refused.getStatus().getCode());
  }

  /** Memory is what there is too little of, so that the largest directory counts as it is read. */
  @Test
  void tooManyOutputs_areNone_andThatIsSaid(@TempDir Path directory) throws IOException {
    for (int i = 0; i < 20; i++) {
      Files.createFile(Files.createDirectories(directory.resolve("d" + i % 2)).resolve("f" + i));
    }
    ActionRoot root = ActionRoot.of(directory, "", new FileNames(StandardCharsets.UTF_8));
    Command command = Command.newBuilder().addOutputPaths("d0").addOutputPaths("d1").build();
    assertEquals(
        2,
        new OutputCollector(root, command, Packer.NONE, NOWHERE, 22)
            .collect()
            .result()
            .getOutputDirectoriesCount());
    for (int limit : new int[] {0, 5, 11, 21}) {
      Outputs none = new OutputCollector(root, command, Packer.NONE, NOWHERE, limit).collect();
      assertEquals(0, none.result().getOutputDirectoriesCount());
      assertEquals(0, none.uploads().size());
      assertEquals(
          Code.RESOURCE_EXHAUSTED.getNumber(), RpcErrors.toStatus(none.faults().get(0)).getCode());
    }
  }

  @Test
  void largeFile_isRememberedAsItWasWhenItWasHashed_andASmallOneWhole(@TempDir Path directory)
      throws IOException {
    byte[] bytes = new byte[1 << 16];
    Path large = Files.write(directory.resolve("large"), bytes);
    Path small = Files.writeString(directory.resolve("small"), "x");
    for (Path file : List.of(large, small)) {
      Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
    }
    ActionRoot root = ActionRoot.of(directory, "", new FileNames(StandardCharsets.UTF_8));
    Command command = Command.newBuilder().addOutputPaths("large").addOutputPaths("small").build();
    Outputs found = new OutputCollector(root, command, Packer.NONE, NOWHERE, 22).collect();
    assertEquals(
        new Upload.FromFile(large.toRealPath(), Optional.of(FileStamp.of(large))),
        found.uploads().get(Digest.of(bytes)));
    assertEquals(
        new Upload.FromMemory(ByteString.copyFromUtf8("x")),
        found.uploads().get(Digest.of(new byte[] {'x'})));
  }
}
