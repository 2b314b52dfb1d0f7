// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signals to a real process (J14). */
@Timeout(120)
final class ShutdownTest {
  @ParameterizedTest
  @CsvSource({"TERM, 15", "INT, 2", "HUP, 1"})
  void firstSignal_mainUnwindsAndExitsZero(String signal, int number) throws Exception {
    // A shell that starts something in the background has it ignore SIGINT, for good.
    assumeFalse(isIgnored(number), "SIG" + signal + " is ignored where this test was started");
    try (Child child = new Child("unwinds")) {
      assertEquals("ready", child.line());
      child.signal(signal);
      assertEquals("stopping", child.line());
      assertEquals("done", child.line());
      assertEquals(0, child.exitCode());
    }
  }

  @Test
  void secondSignal_mainHangs_endsAtOnce() throws Exception {
    try (Child child = new Child("hangs")) {
      assertEquals("ready", child.line());
      child.signal("TERM");
      assertEquals("stopping", child.line());
      child.signal("TERM");
      assertEquals(128 + 15, child.exitCode());
    }
  }

  @Test
  void secondSignal_canForce_mainUnwinds() throws Exception {
    try (Child child = new Child("forcible")) {
      assertEquals("ready", child.line());
      child.signal("TERM");
      assertEquals("stopping", child.line());
      child.signal("TERM");
      assertEquals("done", child.line());
      assertEquals(0, child.exitCode());
    }
  }

  @Test
  void firstSignal_mainTakesTooLong_endsWithOne() throws Exception {
    try (Child child = new Child("slow")) {
      assertEquals("ready", child.line());
      child.signal("TERM");
      assertEquals("stopping", child.line());
      assertEquals(1, child.exitCode());
    }
  }

  private static boolean isIgnored(int signal) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("SigIgn:")) {
        long mask = Long.parseUnsignedLong(line.substring("SigIgn:".length()).strip(), 16);
        return (mask >> (signal - 1) & 1) != 0;
      }
    }
    return false;
  }

  /** A JVM that runs {@link ShutdownProcess}. */
  private static final class Child implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;

    Child(String behaviour) throws IOException {
      process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  ShutdownProcess.class.getName(),
                  behaviour)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      out = process.inputReader(StandardCharsets.UTF_8);
      // A child that says nothing must not hold the test for ever: reading cannot be interrupted.
      CompletableFuture.delayedExecutor(60, TimeUnit.SECONDS).execute(process::destroyForcibly);
    }

    String line() throws IOException {
      return String.valueOf(out.readLine());
    }

    void signal(String name) throws Exception {
      List<String> kill = List.of("/bin/sh", "-c", "kill -" + name + " " + process.pid());
      assertEquals(0, new ProcessBuilder(kill).start().waitFor());
    }

    int exitCode() throws InterruptedException {
      assertTrue(process.waitFor(30, TimeUnit.SECONDS));
      return process.exitValue();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
