// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.execution.ExecuteResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The reference's contract with programs that make a sandbox. */
@Timeout(60)
final class SandboxToolTest {
  private static final Sandbox NONE = new Sandbox.None();

  @TempDir Path directory;
  private Sandbox one;
  private Sandbox other;
  private Rig rig;

  @BeforeEach
  void open() throws IOException {
    one = tool("one", "echo \"one: $* TOOL=$TOOL\"; exec \"$@\"");
    other = tool("other", "echo \"other: $* TOOL=$TOOL\"; exec \"$@\"");
    rig = new Rig(Files.createDirectory(directory.resolve("work")));
    rig.arguments("sh", "-c", "pwd").env("PATH", "/usr/bin:/bin").env("TOOL", "bin/tool");
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private Sandbox tool(String name, String script) throws IOException {
    Path file = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return new Sandbox.Tool(file);
  }

  private String prints() {
    ExecuteResponse response = rig.run();
    assertEquals(0, response.getResult().getExitCode(), response::toString);
    return rig.stdout(response);
  }

  @Test
  void tool_isPutBeforeTheArgumentsOfWhatAsksForIt() {
    rig.sandboxes(new SandboxConfig(one, NONE));
    assertTrue(prints().startsWith("/"), "not asked for");
    rig.env("SANDBOX", "true");
    String printed = prints();
    String root = printed.lines().skip(1).findFirst().orElseThrow();
    assertEquals("one: sh -c pwd TOOL=" + root + "/bin/tool\n" + root + "\n", printed);
  }

  @Test
  void other_isForTheRest_andBothShowTheRootElsewhere() {
    rig.sandboxes(new SandboxConfig(one, other));
    assertTrue(prints().startsWith("other: sh -c pwd TOOL=/tmp/plz_sandbox/bin/tool\n"));
    rig.env("SANDBOX", "true");
    assertTrue(prints().startsWith("one: sh -c pwd TOOL=/tmp/plz_sandbox/bin/tool\n"));
  }

  @Test
  void toolThatDoesNotWork_isFoundOutAtTheStart() throws IOException {
    rig.sandboxes(new SandboxConfig(one, other)).probe();
    Sandbox broken = tool("broken", "echo no such luck >&2; exit 9");
    rig.sandboxes(new SandboxConfig(one, broken));
    String reason = String.valueOf(assertThrows(IOException.class, rig::probe).getMessage());
    assertTrue(reason.endsWith("exit code 9 of a small script. no such luck"), reason);
  }
}
