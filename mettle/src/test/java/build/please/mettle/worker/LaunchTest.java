// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.mettle.conformance.Shows;
import build.please.proto.execution.ExecuteResponse;
import com.google.rpc.Code;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which program is run, and what it sees. */
@Timeout(60)
final class LaunchTest {
  private static final String SCRIPT = "#!/bin/sh\necho \"$0 ran in $(basename $(pwd))\"\n";

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

  private String prints() {
    ExecuteResponse response = rig.run();
    assertEquals(Code.OK, Rig.code(response), response::toString);
    assertEquals(0, response.getResult().getExitCode(), () -> rig.stderr(response));
    return rig.stdout(response).strip();
  }

  private String refused() {
    ExecuteResponse response = rig.run();
    assertEquals(Code.INVALID_ARGUMENT, Rig.code(response), response::toString);
    assertTrue(response.hasResult());
    return response.getStatus().getMessage();
  }

  @Test
  @Shows("CMD-03")
  void nameWithSlash_isRelativeToTheWorkingDirectory() {
    rig.inputs.script("w/bin/tool", SCRIPT).script("bin/tool", "#!/bin/sh\necho wrong\n");
    rig.command.setWorkingDirectory("w");
    assertTrue(rig.arguments("bin/tool").run().hasResult());
    assertTrue(prints().endsWith("bin/tool ran in w"));
  }

  @Test
  @Shows("CMD-03")
  void bareName_isSearchedInTheCommandsPathFirst() throws IOException {
    rig.inputs.script("mine/tool", "#!/bin/sh\necho mine\n");
    Path ours = worker("tool", "#!/bin/sh\necho the worker\n");
    rig.host(new WorkerConfig.Host(ours.toString(), "/", StandardCharsets.UTF_8));

    assertEquals("mine", prints(rig.arguments("tool").env("PATH", "nowhere:mine")));
  }

  @Test
  void bareName_thatIsNotInTheCommandsPath_isSearchedInTheWorkers() throws IOException {
    Path ours = worker("tool", "#!/bin/sh\necho the worker\n");
    rig.host(new WorkerConfig.Host(ours.toString(), "/", StandardCharsets.UTF_8));

    assertEquals("the worker", prints(rig.arguments("tool").env("PATH", "/usr/bin")));
  }

  @Test
  @Shows("CMD-03")
  void bareName_isNotLookedForInTheWorkingDirectory() {
    rig.inputs.script("tool-of-nobody", SCRIPT);
    rig.arguments("tool-of-nobody");
    assertTrue(refused().contains("tool-of-nobody"));
    rig.env("PATH", ":");
    refused();
  }

  @Test
  @Shows("CMD-22")
  void programThatIsAbsentNotExecutableOrNoProgram_isRefusedByName() {
    rig.inputs.file("plain", SCRIPT).script("junk", "\u0001\u0002junk").directory("dir");
    for (String name : List.of("./absent", "./plain", "./junk", "./dir", "/no/such/program")) {
      assertTrue(refusedWith(name).contains(name), name);
    }
  }

  private String refusedWith(String program) {
    rig.arguments(program);
    return refused();
  }

  @Test
  @Shows("CMD-22")
  void scriptWhoseInterpreterIsAbsent_isRefused() {
    rig.inputs.script("script", "#!/no/such/interpreter\n");
    refusedWith("./script");
  }

  @Test
  @Shows("CMD-04")
  void environment_isTheCommandsAndACookie_nothingOfTheWorkers() {
    rig.arguments("/usr/bin/env").env("B", "2 = two\nlines").env("A", "\u00fc").env("EMPTY", "");
    String printed = prints();
    assertEquals(
        "B=2 = two\nlines\nA=\u00fc\nEMPTY=",
        printed
            .lines()
            .filter(line -> !line.startsWith(StraySigns.COOKIE + "="))
            .collect(Collectors.joining("\n")));
  }

  @Test
  void argumentsArriveExactly() {
    rig.arguments(
        "/bin/sh", "-c", "for a; do echo \"[$a]\"; done", "sh", "", "a b", "$x", "\u65e5");
    assertEquals("[]\n[a b]\n[$x]\n[\u65e5]", prints());
  }

  @Test
  void stdinIsEmpty_noFileIsInherited_noSignalBlocked() {
    rig.shell(
        "cat; ls /proc/self/fd | tr '\\n' ' '; grep -E 'Sig(Blk|Ign)' /proc/self/status | cut -f2");
    // The last descriptor is that of ls, for the directory it reads. The C library keeps signals 32
    // and 33, its own, ignored in what it starts.
    assertEquals("0 1 2 3 0000000000000000\n0000000180000000", prints());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 02, 022, 027, 077})
  void umask_isTheSameWhateverTheWorkersIs(int given, @TempDir Path other) {
    int before = LibC.umask(given);
    try (Rig late = new Rig(other).outputs("made")) {
      ExecuteResponse response = late.shell("umask; echo \"$0 $1\" > made; ls -l made").run();
      assertEquals("0022", late.stdout(response).lines().findFirst().orElseThrow());
      assertTrue(late.stdout(response).contains("-rw-r--r--"));
      int ours = LibC.umask(before);
      assertEquals(given | 022, ours, "nobody is let in whom the operator kept out");
    } finally {
      LibC.umask(before);
    }
  }

  @Test
  void byWayOfAShell_argumentsAndEnvironmentStayAsTheyAre() {
    Kernel shell =
        new ForwardingKernel(new LinuxKernel(Rig.FILE_NAMES)) {
          @Override
          public Child spawn(Launch launch) throws IOException {
            return super.spawn(ByShell.of(launch, "umask 027; test \"$2\" = b", "a", "b"));
          }
        };
    rig.kernel(shell).env("A.B", "1").env("PWD", "/no/where").env("-x", "y=z").env("_", "");
    assertEquals(
        "A.B=1\nPWD=/no/where\n-x=y=z\n_=",
        prints(rig.arguments("/usr/bin/env")).replaceAll("\nMETTLE_.*", ""));

    rig.inputs.script("a=b/tool", "#!/bin/sh\necho \"$0 $1 $(umask)\"\n");
    assertTrue(prints(rig.arguments("a=b/tool", "c=d")).endsWith("/a=b/tool c=d 0027"));
    rig.arguments("/usr/bin/printf", "[%s]", "", "A=B", "a b", "-n", "$x", "\u65e5");
    assertEquals("[][A=B][a b][-n][$x][\u65e5]", prints());
    assertTrue(refusedWith("./absent").contains("./absent"));
  }

  @Test
  void withoutTheCLibrary_theUmaskIsTheSame() {
    rig.kernel(new PlainKernel(new FileNames(StandardCharsets.UTF_8)));
    int before = LibC.umask(077);
    try {
      assertEquals("0022", prints(rig.shell("umask")));
    } finally {
      LibC.umask(before);
    }
  }

  @Test
  void commandLeadsASessionOfItsOwn() {
    rig.shell("cut -d' ' -f1,5,6 /proc/$$/stat");
    List<String> ids = List.of(prints().split(" ", -1));
    assertEquals(3, ids.size());
    assertEquals(ids.get(0), ids.get(1));
    assertEquals(ids.get(0), ids.get(2));
  }

  @Test
  void pleaseConventions_areKept() {
    rig.inputs.script("bin/tool", SCRIPT).directory("w");
    rig.command.setWorkingDirectory("w");
    rig.env("TOOL", "bin/tool")
        .env("TOOLS", "bin/tool bin/other")
        .env("TOOLS_X", "/abs/tool")
        .env("TOOL_NAME", "gcc")
        .env("TEST", "my_test")
        .env("PATH", "~/bin:/usr/bin:~/other")
        .env("OTHER", "~/a/b");
    Map<String, String> seen = new TreeMap<>();
    prints(rig.arguments("/usr/bin/env"))
        .lines()
        .forEach(line -> seen.put(line.split("=", 2)[0], line.split("=", 2)[1]));
    String root = directory.resolve(seen.get(StraySigns.COOKIE)) + "/root";
    assertEquals(root + "/bin/tool", seen.get("TOOL"));
    assertEquals(root + "/bin/tool bin/other", seen.get("TOOLS"));
    assertEquals("/abs/tool", seen.get("TOOLS_X"));
    assertEquals("gcc", seen.get("TOOL_NAME"));
    assertEquals(root + "/my_test", seen.get("TEST"));
    assertEquals("/home/mettle/bin:/usr/bin:/home/mettle/other", seen.get("PATH"));
    assertEquals("~/a/b", seen.get("OTHER"));
  }

  @Test
  @Shows("WRK-08")
  void exitCode_isTheCommands_andASignalIs128More() {
    ExecuteResponse failed = rig.shell("exit 37").run();
    assertEquals(Code.OK, Rig.code(failed));
    assertEquals(37, failed.getResult().getExitCode());
    assertTrue(failed.getMessage().contains("Execution failed for "), failed::getMessage);

    ExecuteResponse killed = rig.shell("kill -SEGV $$").run();
    assertEquals(Code.OK, Rig.code(killed));
    assertEquals(128 + 11, killed.getResult().getExitCode());
  }

  private String prints(Rig prepared) {
    assertEquals(rig, prepared);
    return prints();
  }

  private Path worker(String name, String script) throws IOException {
    Path bin = Files.createDirectory(directory.resolve("bin"));
    Path program = Files.writeString(bin.resolve(name), script);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return bin;
  }
}
