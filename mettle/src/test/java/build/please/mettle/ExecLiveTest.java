// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cli.CommandLines;
import build.please.mettle.client.ExecCommand;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code mettle exec} against a {@code dual}, which offers what commands print meanwhile. */
@Timeout(120)
final class ExecLiveTest {
  @TempDir Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private RunningDual dual;

  @BeforeEach
  void start() throws IOException {
    dual = new RunningDual(directory);
  }

  @AfterEach
  void stop() throws IOException {
    dual.close();
  }

  private CompletableFuture<Integer> exec(String... more) {
    ExecCommand command =
        new ExecCommand(
            directory, out, new PrintStream(err, true, StandardCharsets.UTF_8), System::nanoTime);
    List<String> arguments = new ArrayList<>(List.of("--server", dual.address()));
    arguments.addAll(List.of(more));
    return CompletableFuture.supplyAsync(
        () -> CommandLines.of(command, "test").execute(arguments.toArray(String[]::new)));
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String script(Path goOn) {
    return "echo one; echo err >&2; while [ ! -e " + goOn + " ]; do sleep 0.05; done; echo two";
  }

  @Test
  void output_appearsWhileTheCommandRuns_andOnce() throws IOException {
    Path goOn = directory.resolve("go-on");
    CompletableFuture<Integer> exit = exec("--quiet", "--", "/bin/sh", "-c", script(goOn));
    Deadlines.await("the first line", () -> out().equals("one\n"));
    Deadlines.await("the line on stderr", () -> err.size() == 4);
    assertFalse(exit.isDone());

    Files.createFile(goOn);

    assertEquals(0, exit.join());
    assertEquals("one\ntwo\n", out());
    assertEquals("err\n", err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void manyLines_areAllThere_once() {
    assertEquals(0, exec("-q", "--", "/bin/sh", "-c", "seq 1 20000; sleep 0.3; seq 1 9").join());
    assertEquals(20009, out().lines().count());
    assertTrue(out().endsWith("\n20000\n1\n2\n3\n4\n5\n6\n7\n8\n9\n"));
  }

  @Test
  void json_hasAllOfIt_andNothingBesides() throws IOException {
    Path goOn = Files.createFile(directory.resolve("go-on"));
    assertEquals(0, exec("--json", "--", "/bin/sh", "-c", script(goOn)).join());
    assertTrue(out().contains("\"stdout\":\"one\\ntwo\\n\",\"stderr\":\"err\\n\"}"), this::out);
    assertTrue(out().startsWith("{\"action\":"), this::out);
  }
}
