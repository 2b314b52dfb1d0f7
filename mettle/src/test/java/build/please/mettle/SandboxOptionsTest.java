// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cli.UsageException;
import build.please.mettle.worker.Sandbox;
import build.please.mettle.worker.SandboxConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What is asked for by name, and refused if there is no such thing. */
final class SandboxOptionsTest {
  private static final Sandbox NONE = new Sandbox.None();

  @TempDir Path directory;

  private SandboxConfig parse(String... flags) {
    SandboxOptions options = CommandLine.populateCommand(new SandboxOptions(), flags);
    return options.toConfig("relative:" + directory);
  }

  private Path program(String name) throws IOException {
    return Files.createFile(
        directory.resolve(name),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
  }

  @Test
  void nothing_isTheDefault() {
    assertEquals(SandboxConfig.NONE, parse());
    assertEquals(SandboxConfig.NONE, parse("--sandbox=none", "--alt_sandbox=none"));
  }

  @Test
  void namespaces_areForAll_aToolForThoseThatAsk() throws IOException {
    Sandbox namespaces = new Sandbox.Namespaces(program("bwrap"));
    Path tool = program("tool");
    assertEquals(new SandboxConfig(namespaces, namespaces), parse("--sandbox=namespaces"));
    assertEquals(
        new SandboxConfig(namespaces, NONE), parse("--sandbox=namespaces", "--alt_sandbox=none"));
    assertEquals(new SandboxConfig(new Sandbox.Tool(tool), NONE), parse("--sandbox", "tool"));
    assertEquals(
        new SandboxConfig(new Sandbox.Tool(tool), namespaces),
        parse("--sandbox=" + tool, "--alt_sandbox=namespaces"));
  }

  @Test
  void namespaces_withoutBubblewrap_areMadeByOtherMeans() throws IOException {
    Path unshare = program("unshare");
    assertThrows(UsageException.class, () -> parse("--sandbox=namespaces"));
    Sandbox unshared = new Sandbox.Unshared(unshare, program("setpriv"));
    assertEquals(new SandboxConfig(unshared, unshared), parse("--sandbox=namespaces"));
    program("bwrap");
    assertTrue(parse("--sandbox=namespaces").asked() instanceof Sandbox.Namespaces);
  }

  @Test
  void whatIsNotThere_isRefusedByName() throws IOException {
    Files.createFile(directory.resolve("plain"));
    for (String value : new String[] {"absent", "plain", directory + "/absent", "namespaces"}) {
      UsageException refused =
          assertThrows(UsageException.class, () -> parse("--alt_sandbox", value));
      assertTrue(String.valueOf(refused.getMessage()).startsWith("--alt_sandbox " + value));
    }
  }
}
