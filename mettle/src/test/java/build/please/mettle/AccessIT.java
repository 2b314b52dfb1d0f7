// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import build.please.elan.ServerProcess;
import build.please.elan.access.AccessMatrix;
import build.please.elan.access.AccessMatrix.Reads;
import build.please.mettle.queue.FakePubsub;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who may call what of the real jar, by its real flags: the same table as for Elan. */
@Timeout(300)
final class AccessIT {
  private static final Path JAR = Path.of(System.getProperty("mettle.jar", "target/mettle.jar"));

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void everyMethodAndCaller_asTheTableSays(Reads reads) throws Exception {
    AccessMatrix matrix = new AccessMatrix(directory);
    List<String> arguments =
        new ArrayList<>(
            List.of("dual", "--port=0", "--storage=mem://", "--data_dir=" + directory + "/data"));
    arguments.addAll(matrix.flags(reads));
    try (ServerProcess server =
        ServerProcess.start(JAR, directory.resolve("log"), arguments.toArray(String[]::new))) {
      assertEquals(List.of(), matrix.mistakes(server.address(), reads));
    }
  }

  /** An API server of a fleet serves more, to its like and to workers; over a fake of Pub/Sub. */
  @ParameterizedTest
  @EnumSource
  void everyMethodAndCaller_ofAFleet_asTheTableSays(Reads reads) throws Exception {
    AccessMatrix matrix = new AccessMatrix(directory);
    FakePubsub pubsub = new FakePubsub();
    pubsub.topic("requests");
    pubsub.topic("responses");
    pubsub.subscription("projects/p/topics/responses", "responses-0");
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "api",
                "--host=127.0.0.1",
                "--port=0",
                "--admin_disabled",
                "--storage=mem://",
                "--request_queue=gcppubsub://p/requests",
                "--response_queue=gcppubsub://p/responses-0"));
    arguments.addAll(matrix.flags(reads));
    try (ServerProcess server =
        ServerProcess.start(
            JAR,
            directory.resolve("log"),
            List.of("-XX:TieredStopAtLevel=1"),
            Map.of("PUBSUB_EMULATOR_HOST", pubsub.address()),
            arguments.toArray(String[]::new))) {
      assertEquals(List.of(), matrix.mistakes(server.address(), reads));
    } finally {
      pubsub.stop();
    }
  }
}
