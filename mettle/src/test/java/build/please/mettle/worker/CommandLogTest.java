// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.execution.ExecuteResponse;
import com.google.rpc.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Fault 98: a command may print without end, and neither disk nor memory fill. */
@Timeout(60)
final class CommandLogTest {
  private static final String MARK = "\n[mettle: output cut after 1000 bytes]\n";

  @TempDir Path directory;

  @Test
  void outputBeyondTheLimit_isCutWithAMark_andTheCommandGoesOn() {
    try (Rig rig = new Rig(directory).logLimit(1000).outputs("out")) {
      ExecuteResponse response =
          rig.shell("head -c 3000000 /dev/zero | tr '\\0' x; echo short >&2; echo done > out")
              .run();
      assertEquals(Code.OK, Rig.code(response));
      assertEquals("x".repeat(1000) + MARK, rig.stdout(response));
      assertEquals("short\n", rig.stderr(response));
      assertEquals("done\n", rig.output(response, "out"));
    }
  }

  @Test
  void outputOfExactlyTheLimit_isWhole() {
    try (Rig rig = new Rig(directory).logLimit(1000)) {
      ExecuteResponse response = rig.shell("head -c 1000 /dev/zero | tr '\\0' x").run();
      assertEquals("x".repeat(1000), rig.stdout(response));
    }
  }

  @Test
  void trim_whileTheCommandPrints_keepsTheFileShort_andWhatCameFirst() throws IOException {
    Path file = directory.resolve("log");
    try (CommandLog log = CommandLog.create(file, 1000)) {
      for (int i = 0; i < 10; i++) {
        Files.writeString(file, String.valueOf(i).repeat(600), StandardOpenOption.APPEND);
        log.trim();
        assertTrue(Files.size(file) <= 1000);
      }
      log.finish();
      assertEquals("0".repeat(600) + "1".repeat(400) + MARK, log.content(2000).toStringUtf8());
    }
  }

  @Test
  void commandThatMovesTheLogAway_doesNotMoveOurEyes() throws IOException {
    Path file = directory.resolve("log");
    Path secret = Files.writeString(directory.resolve("secret"), "s".repeat(5000));
    try (CommandLog log = CommandLog.create(file, 1000)) {
      Files.delete(file);
      Files.createSymbolicLink(file, secret);
      log.trim();
      assertTrue(log.finish().isEmpty());
      assertEquals(5000, Files.size(secret));
    }
  }
}
