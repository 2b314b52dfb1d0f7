// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.mettle.conformance.Shows;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.resourceusage.POSIXResourceUsage;
import com.google.rpc.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How actions are limited, told by what is written to a directory that stands in for cgroups. */
@Timeout(60)
final class ControlGroupsTest {
  private static final ActionLimits BOTH =
      new ActionLimits(OptionalLong.of(64_000_000), OptionalDouble.of(1.5));

  @TempDir Path directory;
  @TempDir Path home;
  @TempDir Path process;
  private Rig rig;
  private FakeControlFiles files;

  /** For a shell: the group that it is in. */
  private String group;

  @BeforeEach
  void open() throws IOException {
    rig = new Rig(directory).outputs("out");
    rig.env("PATH", "/usr/bin:/bin");
    files = new FakeControlFiles(home, "cpuset cpu memory");
    group = "g=$(dirname $(grep -lx 0 " + home + "/mettle_*/*/cgroup.procs)); ";
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private Confinement.Source groups() throws IOException {
    return ControlGroups.open(files.support(process), BOTH, files, rig.timer());
  }

  private String refused() {
    return String.valueOf(assertThrows(IOException.class, this::groups).getMessage());
  }

  private List<Path> servers() throws IOException {
    return files.groups(home);
  }

  @Test
  void commandEntersAGroupWithTheLimits_whichGoesAfterwards() throws IOException {
    rig.confinements(groups());
    ExecuteResponse response =
        rig.shell(group + "cat $g/memory.max $g/memory.oom.group $g/cpu.max").run();
    assertEquals(Code.OK, Rig.code(response), response::toString);
    assertEquals("640000001150000 100000", rig.stdout(response).replace("\n", ""));
    Path server = servers().get(0);
    assertEquals(List.of(server.resolve("server")), files.groups(server));
  }

  @Test
  void serverMovesOutOfTheWay_sinceWhoSharesHasNoProcesses() throws IOException {
    String self = ProcessHandle.current().pid() + "\n";
    groups();
    Path place = servers().get(0);
    assertEquals("", Files.readString(home.resolve("cgroup.procs")));
    assertEquals(self, Files.readString(place.resolve("server/cgroup.procs")));
    assertEquals("memory cpu", Files.readString(place.resolve("cgroup.subtree_control")));
  }

  @Test
  void othersInTheGroup_areLeftAlone_andNamed() throws IOException {
    files.settle("4999999");
    String reason = refused();
    assertTrue(reason.contains("others are in it: [4999999]"), reason);
    assertTrue(reason.startsWith("actions cannot be limited: "), reason);
    assertEquals(
        "4999999\n" + ProcessHandle.current().pid() + "\n",
        Files.readString(home.resolve("cgroup.procs")));
    assertEquals(List.of(), servers());
  }

  @Test
  void controllerThatIsNotThere_isNamed() throws IOException {
    Files.writeString(home.resolve("cgroup.controllers"), "cpu io\n");
    String reason = refused();
    assertTrue(reason.contains("memory") && reason.contains(home.toString()), reason);
    assertTrue(files.support(process).has(ActionLimits.Kind.CPU));
    assertEquals(List.of(), servers());
  }

  @Test
  @Shows("WRK-32")
  void useOfMoreMemory_isExitCode137_withAMessage_andNotCached() throws IOException {
    rig.confinements(groups()).limits(BOTH);
    ExecuteResponse response =
        rig.shell(
                group
                    + "echo half > out; printf 'oom 1\\noom_kill 2\\n' > $g/memory.events;"
                    + " echo 64000000 > $g/memory.peak")
            .run();
    assertEquals(Code.OK, Rig.code(response), response::toString);
    assertEquals(137, response.getResult().getExitCode());
    assertTrue(response.getMessage().contains("64000000 bytes of memory"), response::getMessage);
    assertEquals("half\n", rig.output(response, "out"));
    assertTrue(rig.cache.results.isEmpty());
    POSIXResourceUsage usage =
        response
            .getResult()
            .getExecutionMetadata()
            .getAuxiliaryMetadata(0)
            .unpack(POSIXResourceUsage.class);
    assertEquals(64_000_000, usage.getMaximumResidentSetSize());
  }

  @Test
  @Shows("WRK-32")
  void wantOfMemoryElsewhere_isNoResult() throws IOException {
    rig.confinements(groups());
    ExecuteResponse response =
        rig.shell(group + "printf 'oom 0\\noom_kill 1\\n' > $g/memory.events; exit 137").run();
    assertEquals(Code.UNAVAILABLE, Rig.code(response), response::toString);
  }

  @Test
  void groupThatCannotBeEntered_isNoResult() throws IOException {
    Confinement.Source groups = groups();
    Confinement.Source broken =
        work -> {
          Confinement made = groups.open(work);
          for (Path server : servers()) {
            for (Path group : files.groups(server)) {
              if (!group.endsWith("server")) {
                Files.delete(group.resolve("cgroup.procs"));
                Files.createDirectory(group.resolve("cgroup.procs"));
              }
            }
          }
          return made;
        };
    ExecuteResponse response = rig.confinements(broken).shell("echo ran").run();
    assertEquals(Code.UNAVAILABLE, Rig.code(response), response::toString);
    assertTrue(response.getStatus().getMessage().contains("cannot enter"), response::toString);
    assertFalse(response.getResult().hasStdoutDigest());
  }

  @Test
  void whatADeadServerLeft_isEndedAndRemoved_whatALivingOneHasIsNot() throws IOException {
    Path dead = home.resolve("mettle_4999999_abc");
    Path living = home.resolve("mettle_" + ProcessHandle.current().pid() + "_abc");
    for (Path server : List.of(dead, living)) {
      files.create(server);
      files.create(server.resolve("server"));
      files.create(server.resolve("action"));
      Files.writeString(server.resolve("action/cgroup.events"), "populated 1\n");
    }
    Files.writeString(
        living.resolve("server/cgroup.procs"),
        living.getFileName().toString().split("_", -1)[1] + "\n");
    Files.writeString(home.resolve("cgroup.procs"), "");
    groups();
    assertFalse(Files.exists(dead));
    assertTrue(Files.exists(living.resolve("action")));
    assertEquals(List.of("action"), files.killed);
  }

  @Test
  void startFromAServersOwnGroup_isAsFromThatsHome() {
    assertEquals(home, ControlGroups.home(home.resolve("mettle_12_abc/server")));
    assertEquals(home.resolve("server"), ControlGroups.home(home.resolve("server")));
  }
}
