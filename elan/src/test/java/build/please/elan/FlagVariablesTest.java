// SPDX-License-Identifier: Apache-2.0
package build.please.elan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every variable of please-servers' Elan, in a process of its own, for a JVM cannot set them. */
@Timeout(120)
final class FlagVariablesTest {
  private static final Map<String, String> GOOD =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("STORAGE_URL", "mem://from-variable"),
              Map.entry("TOKEN_FILE", "token-from-variable"),
              Map.entry("STRUCTURED_LOGS", "1"),
              Map.entry("ADMIN_DISABLE_HTTP", "T"),
              Map.entry("ADMIN_GCP_PROFILING", "true"),
              Map.entry("LARGE_BLOB_SIZE", "202400"),
              Map.entry("REDIS_URL", "h:1"),
              Map.entry("REDIS_READ_URL", "h:2"),
              Map.entry("REDIS_PASSWORD_FILE", "f"),
              Map.entry("REDIS_POOL_SIZE", "10"),
              Map.entry("REDIS_READ_POOL_SIZE", "10"),
              Map.entry("REDIS_MIN_IDLE_CONNS", "0"),
              Map.entry("REDIS_READ_MIN_IDLE_CONNS", "0"),
              Map.entry("REDIS_POOL_TIMEOUT", "5s"),
              Map.entry("REDIS_READ_POOL_TIMEOUT", "5"),
              Map.entry("REDIS_READ_TIMEOUT", "1s"),
              Map.entry("REDIS_WRITE_TIMEOUT", "1m"),
              Map.entry("REDIS_CA_FILE", "f")));

  @TempDir Path directory;

  private record Output(int exitCode, String out, String err) {}

  private Output run(Map<String, String> environment, String... arguments) throws Exception {
    Path err = directory.resolve("stderr");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                FlagsProcess.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
    builder.environment().keySet().removeAll(GOOD.keySet());
    builder.environment().putAll(environment);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    return new Output(process.exitValue(), out, Files.readString(err));
  }

  @Test
  void variables_areRead() throws Exception {
    Output output = run(GOOD);
    assertEquals(0, output.exitCode(), output.err());
    assertTrue(output.out().contains("storage=mem://from-variable"), output.out());
    assertTrue(output.out().contains("tokenFile=Optional[token-from-variable]"), output.out());
    assertTrue(output.out().contains("admin=Optional.empty"), output.out());
    assertEquals(2, output.err().lines().count(), output.err());
    assertTrue(
        output
            .err()
            .contains(
                "--redis_url, --redis_read_url, --redis_password_file, --redis_pool_size,"
                    + " --redis_read_pool_size, --redis_min_idle_conns,"
                    + " --redis_read_min_idle_conns, --redis_pool_timeout,"
                    + " --redis_read_pool_timeout, --redis_read_timeout, --redis_write_timeout,"
                    + " --redis_ca_file, --redis_max_size (or LARGE_BLOB_SIZE)"),
        output.err());
    assertTrue(output.err().contains("ADMIN_GCP_PROFILING"), output.err());
  }

  @Test
  void flags_beatVariables() throws Exception {
    Output output = run(GOOD, "--storage=mem://from-flag", "--token_file=token-from-flag");
    assertTrue(output.out().contains("storage=mem://from-flag"), output.out());
    assertTrue(output.out().contains("tokenFile=Optional[token-from-flag]"), output.out());
    assertFalse(output.out().contains("from-variable"), output.out());
  }

  @Test
  void emptyWords_areNone() throws Exception {
    Output output =
        run(
            Map.of(
                "STORAGE_URL", "mem://",
                "TOKEN_FILE", "",
                "STRUCTURED_LOGS", "",
                "ADMIN_DISABLE_HTTP", "",
                "ADMIN_GCP_PROFILING", "",
                "REDIS_URL", "",
                "REDIS_CA_FILE", ""));
    assertEquals(0, output.exitCode(), output.err());
    assertEquals("", output.err());
    assertTrue(output.out().contains("tokenFile=Optional.empty"), output.out());
    assertTrue(output.out().contains("port=9990"), output.out());
  }

  /** One of each type of value. */
  @ParameterizedTest
  @CsvSource({
    "STRUCTURED_LOGS, perhaps, --structured_logs",
    "REDIS_POOL_SIZE, ten, --redis_pool_size",
    "REDIS_READ_TIMEOUT, soon, --redis_read_timeout",
    "LARGE_BLOB_SIZE, huge, --redis_max_size",
  })
  void badValue_isOneLine(String variable, String value, String flag) throws Exception {
    Output output = run(Map.of("STORAGE_URL", "mem://", variable, value));
    assertEquals(1, output.exitCode(), output.err());
    assertEquals(1, output.err().lines().count(), output.err());
    assertTrue(output.err().contains("'" + value + "'"), output.err());
    assertTrue(output.err().contains(flag), output.err());
  }
}
