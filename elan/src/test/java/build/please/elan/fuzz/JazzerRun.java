// SPDX-License-Identifier: Apache-2.0
package build.please.elan.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Lets Jazzer, which sees what each input reaches, feed every target for a few seconds. No part of
 * the ordinary build: it instruments the JVM, so that each target gets one of its own. {@code
 * bin/fuzz} runs it.
 */
final class JazzerRun {
  private static final String CLASS_PATH =
      System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));

  private static final int SECONDS = Integer.getInteger("fuzz.seconds", 5);
  // To start and to end, on a machine that has other things to do.
  private static final int GRACE_SECONDS = 180;

  private static final int LINES_SHOWN = 40;

  @ParameterizedTest
  @EnumSource
  void jazzer_findsNoFault(FuzzTarget target) throws Exception {
    Path home = Files.createDirectories(Path.of("target", "jazzer", target.toString()));
    Path log = home.resolve("log");
    Process jazzer =
        new ProcessBuilder(command(target, home))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertTrue(jazzer.waitFor(SECONDS + GRACE_SECONDS, TimeUnit.SECONDS), "it does not end");
    } finally {
      jazzer.destroyForcibly();
    }

    assertEquals(0, jazzer.exitValue(), () -> "what it found is in " + home + "\n" + end(log));
    System.out.println("jazzer " + target + ": " + end(log).lines().reduce("", (a, b) -> b));
  }

  private static List<String> command(FuzzTarget target, Path home) throws IOException {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        // Whatever the input claims, this has to do.
        "-Xmx256m",
        "-Dfuzz.target=" + target,
        "-cp",
        CLASS_PATH,
        "com.code_intelligence.jazzer.Jazzer",
        "--target_class=" + JazzerTarget.class.getName(),
        "--instrumentation_includes=build.please.**",
        "--reproducer_path=" + home,
        // Where it puts what is new; it would write into the corpus otherwise.
        Files.createDirectories(home.resolve("new")).toString(),
        target.corpusDirectory().toString(),
        "-artifact_prefix=" + home + "/",
        "-max_total_time=" + SECONDS,
        "-max_len=8192",
        "-timeout=20",
        "-print_final_stats=0");
  }

  private static String end(Path log) {
    try {
      List<String> lines = Files.readString(log, StandardCharsets.ISO_8859_1).lines().toList();
      return String.join(
          "\n", lines.subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size()));
    } catch (IOException e) {
      return "no log: " + e;
    }
  }
}
