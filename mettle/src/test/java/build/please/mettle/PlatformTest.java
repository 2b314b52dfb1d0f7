// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.execution.Action;
import build.please.proto.execution.Command;
import build.please.proto.execution.ExecuteResponse;
import build.please.proto.execution.Platform;
import com.google.longrunning.Operation;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What actions ask of a dual's machine, which has two slots. */
@Timeout(120)
final class PlatformTest {
  private static final Map<String, Set<String>> LINUX = Map.of("OSFamily", Set.of("linux"));

  @TempDir Path directory;

  private static Iterator<Operation> run(
      RunningDual dual, String script, String name, String value) {
    Action.Builder action = Action.newBuilder();
    action
        .getPlatformBuilder()
        .addProperties(Platform.Property.newBuilder().setName(name).setValue(value));
    return dual.execute(
        action,
        Command.newBuilder()
            .addArguments("/bin/sh")
            .addArguments("-c")
            .addArguments(script)
            .build());
  }

  private static Status refusal(RunningDual dual, String name, String value) {
    return assertThrows(
            StatusRuntimeException.class, () -> TestClient.last(run(dual, "true", name, value)))
        .getStatus();
  }

  private static ExecuteResponse response(Iterator<Operation> states) throws IOException {
    return TestClient.last(states).getResponse().unpack(ExecuteResponse.class);
  }

  @Test
  void nothingConfigured_nothingMatters() throws IOException {
    try (RunningDual dual = new RunningDual(directory)) {
      assertEquals(0, response(run(dual, "exit 0", "container-image", "x")).getStatus().getCode());
    }
  }

  @Test
  void configured_whatCannotBeMetFailsByName() throws IOException {
    try (RunningDual dual = new RunningDual(directory, LINUX)) {
      assertEquals(0, response(run(dual, "exit 0", "OSFamily", "linux")).getStatus().getCode());
      Status unknown = refusal(dual, "container-image", "x");
      assertEquals(Status.Code.INVALID_ARGUMENT, unknown.getCode());
      assertTrue(String.valueOf(unknown.getDescription()).contains("container-image"));
      Status windows = refusal(dual, "OSFamily", "windows");
      assertEquals(Status.Code.FAILED_PRECONDITION, windows.getCode());
      assertTrue(String.valueOf(windows.getDescription()).contains("there is OSFamily=linux"));
      assertEquals(Status.Code.FAILED_PRECONDITION, refusal(dual, "min-cores", "3").getCode());
    }
  }

  /** Each says who else is there while it runs; whoever has both slots is alone. */
  @Test
  void actionWithBothSlots_runsAlone() throws IOException {
    Path there = Files.createDirectory(directory.resolve("there"));
    try (RunningDual dual = new RunningDual(directory, LINUX)) {
      List<Iterator<Operation>> small = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        small.add(run(dual, here(there, "small" + i) + "true", "min-cores", "1"));
      }
      Iterator<Operation> large =
          run(dual, here(there, "large") + "ls " + there + " | wc -l", "min-cores", "2");
      for (int i = 8; i < 16; i++) {
        small.add(run(dual, here(there, "small" + i) + "true", "min-cores", "1"));
      }

      ExecuteResponse alone = response(large);

      assertEquals(0, alone.getResult().getExitCode());
      assertEquals("1\n", dual.blob(alone.getResult().getStdoutDigest()));
      for (Iterator<Operation> one : small) {
        assertEquals(0, response(one).getResult().getExitCode());
      }
    }
  }

  private static String here(Path there, String name) {
    Path me = there.resolve(name);
    return "trap 'rm " + me + "' EXIT; touch " + me + "; sleep 0.2; ";
  }
}
