// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import build.please.elan.access.AccessMatrix;
import build.please.elan.access.AccessMatrix.Reads;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who may call what of the real jar, by its real flags (faults 145 to 147). */
@Timeout(300)
final class AccessIT {
  private static final Path JAR = Path.of(System.getProperty("elan.jar", "target/elan.jar"));

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void everyMethodAndCaller_asTheTableSays(Reads reads) throws Exception {
    AccessMatrix matrix = new AccessMatrix(directory);
    List<String> arguments =
        new ArrayList<>(
            List.of("--storage=mem://", "--host=127.0.0.1", "--port=0", "--admin_disabled"));
    arguments.addAll(matrix.flags(reads));
    try (ServerProcess server =
        ServerProcess.start(JAR, directory.resolve("log"), arguments.toArray(String[]::new))) {
      assertEquals(List.of(), matrix.mistakes(server.address(), reads));
    }
  }
}
