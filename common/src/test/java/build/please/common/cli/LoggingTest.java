// SPDX-License-Identifier: Apache-2.0
package build.please.common.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a real process prints, by its flags and environment. */
@Timeout(120)
final class LoggingTest {
  @TempDir Path temp;

  @Test
  void noFlags_noticeOnStderrWithoutChatter() throws Exception {
    Output output = run(Map.of());
    assertEquals(0, output.exitCode, output.err);
    assertEquals("admin=true token=Optional.empty\n", output.out);
    List<String> lines = output.err.lines().toList();
    assertTrue(lines.get(0).matches("[0-9:.]{12} INFO: before \"flags\""), output.err);
    assertTrue(lines.get(1).matches("[0-9:.]{12} INFO: info"), output.err);
    assertTrue(lines.get(2).matches("[0-9:.]{12} WARNING: warn"), output.err);
    assertTrue(output.err.contains("IllegalStateException: with\tstack"), output.err);
    assertTrue(output.err.contains("WARNING: jul warning"), output.err);
    assertFalse(output.err.contains("chatter"), output.err);
    assertFalse(output.err.contains("debug"), output.err);
    assertFalse(output.err.contains("\u001b"), output.err);
  }

  @Test
  void verbosity_error_silencesWarnings() throws Exception {
    Output output = run(Map.of(), "-v", "error");
    assertEquals(1, output.err.lines().count(), output.err);
  }

  @Test
  void verbosity_debug_showsOurs() throws Exception {
    Output output = run(Map.of(), "-v4");
    assertTrue(output.err.contains("DEBUG: debug"), output.err);
    assertFalse(output.err.contains("chatter"), output.err);
  }

  @Test
  void structured_isOneObjectPerLine() throws Exception {
    Output output = run(Map.of("STRUCTURED_LOGS", "1"));
    List<String> lines = output.err.lines().skip(1).toList();
    assertEquals(3, lines.size(), output.err);
    assertTrue(
        lines
            .get(0)
            .matches(
                "\\{\"time\":\"[-0-9]{10}T[0-9:.]{12}Z\",\"level\":\"info\",\"module\":"
                    + "\"build.please.common.cli.LogProcess\",\"thread\":\"main\",\"msg\":\"info\"}"),
        lines.get(0));
    assertTrue(lines.get(1).contains("\"level\":\"warning\""), lines.get(1));
    assertTrue(
        lines.get(1).contains("\"error\":\"java.lang.IllegalStateException: with\\tstack\\n"),
        lines.get(1));
  }

  @Test
  void flag_beatsEnvironment() throws Exception {
    assertTrue(
        run(Map.of("STRUCTURED_LOGS", "true"), "--structured_logs").err.contains("{\"time\""));
    assertTrue(run(Map.of("STRUCTURED_LOGS", "0"), "--structured_logs").err.contains("{\"time\""));
    assertEquals(
        "admin=true token=Optional[flag]\n",
        run(Map.of("TOKEN_FILE", "env", "ADMIN_DISABLE_HTTP", "f"), "--token_file=flag").out);
  }

  @Test
  void environment_beatsDefault() throws Exception {
    assertEquals(
        "admin=false token=Optional[env]\n",
        run(Map.of("TOKEN_FILE", "env", "ADMIN_DISABLE_HTTP", "T")).out);
    assertEquals(
        "admin=true token=Optional.empty\n",
        run(Map.of("TOKEN_FILE", "", "ADMIN_DISABLE_HTTP", "", "STRUCTURED_LOGS", "")).out);
  }

  @Test
  void environment_malformedBoolean_isOneLine() throws Exception {
    Output output = run(Map.of("ADMIN_DISABLE_HTTP", "perhaps"));
    assertEquals(1, output.exitCode);
    assertEquals(1, output.err.lines().count(), output.err);
    assertTrue(output.err.contains("'perhaps'"), output.err);
    assertTrue(output.err.contains("--admin_disabled"), output.err);
  }

  @Test
  void logFile_makesDirectoriesAndTruncates() throws Exception {
    Path file = temp.resolve("a/b/log");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "old\n");
    Output output = run(Map.of(), "-v=error", "--log_file", file.toString());
    assertEquals(0, output.exitCode, output.err);
    String text = Files.readString(file);
    assertTrue(text.contains("DEBUG: debug"), text);
    assertFalse(text.contains("old"), text);
    assertFalse(output.err.contains("INFO: info"), output.err);
    Path fresh = temp.resolve("new/dir/log");
    run(Map.of(), "--file_verbosity=warn", "--log_file=" + fresh);
    assertFalse(Files.readString(fresh).contains("INFO: info"));
    assertTrue(Files.readString(fresh).contains("WARNING: warn"));
  }

  @Test
  void logFile_unwritable_isOneLine() throws Exception {
    Output output = run(Map.of(), "--log_file=/proc/no/log");
    assertEquals(1, output.exitCode);
    List<String> lines = output.err.lines().skip(1).toList();
    assertEquals(1, lines.size(), output.err);
    assertTrue(lines.get(0).contains("--log_file /proc/no/log"), output.err);
  }

  private record Output(int exitCode, String out, String err) {}

  private Output run(Map<String, String> environment, String... arguments) throws Exception {
    Path err = temp.resolve("stderr");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                LogProcess.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    return new Output(process.exitValue(), out, Files.readString(err));
  }
}
