// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.elan.ServerProcess.Ending;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is wrong with a command line is said in one line that names it, with exit code 1 (fault
 * 163).
 */
final class UsageErrorIT {
  private static final Path JAR = Path.of(System.getProperty("elan.jar", "target/elan.jar"));

  @TempDir Path directory;

  private void assertRefused(String named, String... arguments) throws IOException {
    Ending ending = ServerProcess.run(JAR, directory, arguments);
    assertEquals(1, ending.exitCode(), ending::toString);
    assertEquals("", ending.stdout());
    assertEquals(1, ending.stderr().lines().count(), ending::stderr);
    assertTrue(ending.stderr().contains(named), ending::stderr);
  }

  @ParameterizedTest
  @CsvSource({
    "--storage, ",
    "--colour, --storage=mem:// --colour=red",
    "'ftp://x', --storage=ftp://x",
    "no such file or directory, --storage=file:///no/such/directory",
    "not a directory, --storage=file:///dev/null",
    "huge, --storage=mem:// --port=huge",
    "70000, --storage=mem:// --port=70000",
    "soon, --storage=mem:// --drain_timeout=soon",
    "0, --storage=mem:// --parallelism=0",
    "loud, --storage=mem:// --verbosity=loud",
    "leftover, --storage=mem:// leftover",
    "colour, --storage=mem://?colour=red",
    "/no/token does not exist, --storage=mem:// --port=0 --token_file=/no/token",
    "--cert_file /no/cert, --storage=mem:// --port=0 --cert_file=/no/cert --key_file=/no/key",
    "--key_file, --storage=mem:// --port=0 --cert_file=/no/cert",
    "--client_ca_file, --storage=mem:// --port=0 --client_subject=x",
    "neither 1.2 nor 1.3, --storage=mem:// --port=0 --tls-min-version=1.1",
  })
  void nonsense_isRefusedInOneLine(String named, String arguments) throws IOException {
    assertRefused(named, arguments == null ? new String[0] : arguments.split(" ", -1));
  }

  @Test
  void portInUse_isNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      assertRefused(
          "127.0.0.1:" + port,
          "--storage=mem://",
          "--host=127.0.0.1",
          "--admin_disabled",
          "--port=" + port);
    }
  }

  @Test
  void storeThatIsAFile_isNamed() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    assertRefused(file.toString(), "--storage=file://" + file);
  }

  @Test
  void help_isOnStdout() throws IOException {
    Ending ending = ServerProcess.run(JAR, directory, "--help");
    assertEquals(0, ending.exitCode());
    assertTrue(ending.stdout().contains("--storage"), ending::stdout);
  }
}
