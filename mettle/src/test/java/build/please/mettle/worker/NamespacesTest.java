// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import build.please.proto.execution.ExecuteResponse;
import com.google.rpc.Code;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a command in namespaces can do, and cannot. Skipped, with the reason, where there are none.
 */
@Timeout(60)
@ParameterizedClass
@MethodSource("makers")
final class NamespacesTest {
  /**
   * What makes namespaces.
   *
   * @param bare shows whether it can
   * @param enough for a command to begin, on a busy machine too
   */
  record Maker(Sandbox sandbox, String bare, Duration enough) {}

  static List<Maker> makers() {
    return List.of(
        new Maker(
            new Sandbox.Namespaces(Path.of("/usr/bin/bwrap")),
            "/usr/bin/bwrap --unshare-all --ro-bind / / --proc /proc --dev /dev true",
            Duration.ofMillis(400)),
        new Maker(
            new Sandbox.Unshared(Path.of("/usr/bin/unshare"), Path.of("/usr/bin/setpriv")),
            "/usr/bin/unshare --map-root-user --mount --pid --fork --net setpriv --dump",
            Duration.ofSeconds(2)));
  }

  @Parameter Maker maker = makers().get(0);
  @TempDir Path directory;
  private Rig rig;

  /** In the command line of whatever this test starts. */
  private final String mark = "1000." + System.nanoTime();

  @BeforeEach
  void open() throws Exception {
    try {
      Process bare =
          new ProcessBuilder(maker.bare.split(" ", -1)).redirectErrorStream(true).start();
      String reason = new String(bare.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (bare.waitFor() != 0) {
        abort(maker.bare + " cannot work here: " + reason);
      }
    } catch (IOException absent) {
      abort(absent.toString());
    }
    rig = new Rig(directory).sandboxes(new SandboxConfig(maker.sandbox, maker.sandbox));
    rig.env("PATH", "/usr/bin:/bin").outputs("out");
    rig.probe();
  }

  @AfterEach
  void close() {
    if (rig != null) {
      rig.close();
    }
  }

  private String prints(String script) {
    ExecuteResponse response = rig.shell(script).run();
    assertEquals(Code.OK, Rig.code(response), response::toString);
    assertEquals(0, response.getResult().getExitCode(), () -> rig.stderr(response));
    return rig.stdout(response).strip();
  }

  private List<String> marked() throws IOException {
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      return processes.map(this::commandLine).filter(line -> line.contains(mark)).toList();
    }
  }

  private String commandLine(Path process) {
    try {
      return new String(
          Files.readAllBytes(process.resolve("cmdline")), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  @Test
  void nothingButTheInputRootAndTmp_isWritable() {
    rig.inputs.file("w/input", "x");
    rig.command.setWorkingDirectory("w");
    assertEquals(
        "here\nroot\n/tmp",
        prints(
            "touch here && echo here; touch ../root && echo root; touch /tmp/x && echo /tmp;"
                + " for d in / /etc /usr /var/tmp /home /run $PWD/../.. $PWD/../../.. /proc/sys;"
                + " do touch $d/x 2> /dev/null && echo $d; done; true"));
  }

  @Test
  void tmp_isTheActionsOwn(@TempDir Path elsewhere) throws IOException {
    Path secret = Files.createFile(elsewhere.resolve("secret"));
    String tmp = Path.of(System.getProperty("java.io.tmpdir")).toString();
    if (!tmp.equals("/tmp")) {
      abort("temporary files are in " + tmp);
    }
    assertEquals("", prints("ls " + secret + " 2> /dev/null; touch /tmp/left; true"));
    assertEquals("", prints("find /tmp -type f"));
  }

  @Test
  void othersAreNotSeen() throws IOException {
    prints("mkdir other; touch other/file");
    assertEquals("root", prints("ls ../"));
    assertEquals("1", prints("ls ../../ | wc -l"));
    long seen = Long.parseLong(prints("ls /proc | grep -c '^[0-9]'"));
    assertTrue(seen < 8, () -> seen + " processes");
  }

  @Test
  void networkIsAbsent_unlessAskedFor() throws IOException {
    String ours = Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
    String networks = "readlink /proc/self/ns/net";
    assertNotEquals(ours, prints(networks));
    assertEquals("lo", prints("sed -n 's/ *\\([a-z0-9]*\\):.*/\\1/p' /proc/net/dev"));
    rig.action.getPlatformBuilder().addPropertiesBuilder().setName("network").setValue("off");
    assertNotEquals(ours, prints(networks));
    rig.action.getPlatformBuilder().addPropertiesBuilder().setName("network").setValue("true");
    assertEquals(ours, prints(networks));
  }

  @Test
  void environmentIsTheCommands_andNoFileIsInherited() {
    rig.env("A", "b c");
    assertEquals(
        "A=b c\nPATH=/usr/bin:/bin",
        prints("env")
            .lines()
            .filter(line -> !line.matches("(PWD|_|OLDPWD|SHLVL)=.*"))
            .sorted()
            .collect(Collectors.joining("\n")));
    assertEquals("0 1 2 3", prints("cat; ls /proc/self/fd | tr '\\n' ' '"));
  }

  @Test
  void preloadedLibrary_isNotLoadedOutside() throws IOException {
    ExecuteResponse response = rig.env("LD_PRELOAD", "/no/such/library").shell("true").run();
    assertEquals(0, response.getResult().getExitCode());
    // The loader complains once for the shell, and not for bwrap.
    assertEquals(1, rig.stderr(response).lines().filter(l -> l.contains("LD_PRELOAD")).count());
  }

  @Test
  void commandHasNoRights_andLeadsASession() {
    assertEquals(
        "0000000000000000 0000000000000000 1",
        prints("sed -n 's/^\\(CapEff\\|CapBnd\\|NoNewPrivs\\):\\t//p' /proc/self/status | xargs"));
    assertEquals("", prints("mount -t tmpfs x /tmp 2> /dev/null && echo yes; true"));
  }

  @Test
  void usualDevices_areThere_othersAreNot() {
    assertEquals(
        "x\n1",
        prints(
            "echo x | tee /dev/null; head -c 1 /dev/zero | wc -c; : > /dev/stderr; : > /dev/shm/x"));
    assertEquals("", prints("for d in /dev/*; do test ! -b $d || echo $d; done"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sleep MARK &",
        "setsid sleep MARK &",
        "(env -i setsid sh -c 'cd /; trap \"\" TERM; sleep MARK & sleep MARK' "
            + "< /dev/null > /dev/null 2>&1 &);",
        "setsid sh -c 'kill -STOP $$; sleep MARK' MARK &"
      })
  void everythingEnds(String start) throws IOException {
    String script = start.replace("MARK", mark) + " sleep 0.1; echo done > out";
    ExecuteResponse ended = rig.shell(script).run();
    assertEquals(Code.OK, Rig.code(ended), ended::toString);
    assertEquals("done\n", rig.output(ended, "out"));
    assertEquals(List.of(), marked());

    rig.timeout(maker.enough);
    ExecuteResponse late = rig.shell(script + "; trap '' TERM; sleep 1000 & wait; wait").run();
    assertEquals(Code.DEADLINE_EXCEEDED, Rig.code(late), late::toString);
    assertEquals("done\n", rig.output(late, "out"));
    assertEquals(List.of(), marked());
    assertEquals(List.of(), rig.leftovers());
  }

  @Test
  void timeout_letsTheCommandTidyUp() {
    rig.timeout(maker.enough).killGrace(Duration.ofSeconds(20));
    ExecuteResponse response =
        rig.shell("trap 'echo tidied > out; exit 3' TERM; while :; do sleep 0.05; done").run();
    assertEquals(Code.DEADLINE_EXCEEDED, Rig.code(response));
    assertEquals(3, response.getResult().getExitCode());
    assertEquals("tidied\n", rig.output(response, "out"));
  }

  @Test
  void stop_killsAll() throws IOException {
    rig.progress(soFar -> rig.timer().after(Duration.ofMillis(300), rig.stop::raise));
    ExecuteResponse response = rig.shell("trap '' TERM; setsid sleep " + mark + " & wait").run();
    assertEquals(Code.UNAVAILABLE, Rig.code(response));
    assertEquals(List.of(), marked());
  }

  @Test
  void exitCode_isTheCommands() {
    assertEquals(37, rig.shell("exit 37").run().getResult().getExitCode());
    assertEquals(1, rig.shell("exit 1").run().getResult().getExitCode());
    assertEquals(139, rig.shell("kill -SEGV $$").run().getResult().getExitCode());
    assertFalse(rig.shell("kill 0").run().getResult().getExitCode() == 0);
  }

  @Test
  void programThatCannotBeStarted_isRefused() {
    rig.inputs.script("script", "#!/no/such/interpreter\n").file("plain", "");
    for (String name : List.of("./script", "./plain", "./absent", "nosuchprogram")) {
      ExecuteResponse response = rig.arguments(name).run();
      assertEquals(Code.INVALID_ARGUMENT, Rig.code(response), response::toString);
      assertTrue(response.getStatus().getMessage().contains(name), response::toString);
    }
  }
}
