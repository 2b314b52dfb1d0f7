// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import build.please.proto.execution.ExecuteResponse;
import com.google.rpc.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A command in a cgroup of this machine, without limits, for which it takes no controller. Skipped,
 * with the reason, where no groups can be made.
 */
@Timeout(60)
final class ControlGroupTest {
  @TempDir Path directory;
  private Rig rig;
  private Path place;

  @BeforeEach
  void open() throws IOException {
    Path own = directory;
    try {
      own = OwnControlGroup.find(Path.of("/proc/self"), ControlFiles.KERNEL);
      place = Files.createDirectory(own.resolve("mettle-test-" + UUID.randomUUID()));
    } catch (IOException e) {
      abort("no cgroup can be made: " + e);
    }
    rig = new Rig(directory).outputs("pid");
    rig.env("PATH", "/usr/bin:/bin");
    rig.confinements(
        work ->
            ControlGroup.create(
                place.resolve("action"),
                work,
                ActionLimits.NONE,
                ControlFiles.KERNEL,
                rig.timer()));
  }

  @AfterEach
  void close() throws IOException {
    if (rig != null) {
      rig.close();
      assertEquals(0, ControlFiles.KERNEL.groups(place).size(), "the command's group stays");
    }
    if (place != null) {
      Files.deleteIfExists(place);
    }
  }

  @Test
  void command_isInside_fromItsBeginning() {
    ExecuteResponse response = rig.shell("sed -n s/^0:://p /proc/self/cgroup").run();
    assertEquals(Code.OK, Rig.code(response), response::toString);
    assertTrue(
        rig.stdout(response).strip().endsWith(place.getFileName() + "/action"),
        () -> rig.stdout(response));
  }

  @Test
  void whoHidesFromEverythingElse_isFound() throws IOException {
    ExecuteResponse response =
        rig.shell(
                "env -i setsid sh -c 'echo $$ > pid.new; mv pid.new pid; cd /; exec sleep 1000'"
                    + " < /dev/null > /dev/null 2>&1 & until test -e pid; do :; done; sleep 0.1")
            .run();
    assertEquals(Code.OK, Rig.code(response), response::toString);
    Path status = Path.of("/proc", rig.output(response, "pid").strip(), "status");
    String text = Files.exists(status) ? Files.readString(status) : "";
    assertTrue(text.isEmpty() || text.contains("State:\tZ"), text);
  }
}
