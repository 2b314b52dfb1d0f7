// SPDX-License-Identifier: Apache-2.0
package build.please.mettle.worker;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whose processes are whose. */
@Timeout(60)
final class StraySignsTest {
  @TempDir Path directory;
  private Process child;
  private Path grandchild;

  /** A process with a file open in the directory, and one of its own. */
  @BeforeEach
  void start() throws IOException {
    child =
        new ProcessBuilder("/bin/sh", "-c", "cd /; echo started >&2; sleep 1000; true")
            .redirectOutput(directory.resolve("file").toFile())
            .start();
    try (InputStream started = child.getErrorStream()) {
      assertTrue(started.read() >= 0);
      grandchild = process(child.children().findFirst().or(this::await).orElseThrow());
    }
  }

  private Optional<ProcessHandle> await() {
    while (child.isAlive()) {
      var found = child.children().findFirst();
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  @AfterEach
  void end() {
    child.descendants().forEach(ProcessHandle::destroyForcibly);
    child.destroyForcibly();
  }

  private static Path process(ProcessHandle handle) {
    return Path.of("/proc", Long.toString(handle.pid()));
  }

  private StraySigns signs(long notBefore) {
    return new StraySigns("nobody's", directory, notBefore);
  }

  @Test
  void openFileInside_isASign_butNotOfAChildThatWeAreStarting() {
    assertTrue(signs(0).belongs(grandchild));
    // Between fork and exec another action's command has the files of all open.
    assertFalse(signs(0).belongs(process(child.toHandle())));
  }

  @Test
  void whoIsOlder_belongsToOthers() {
    long start = ProcessStat.read(grandchild).orElseThrow().startTicks();
    assertTrue(signs(start).belongs(grandchild));
    assertFalse(signs(start + 1).belongs(grandchild));
  }

  @Test
  void session_isASign() throws IOException {
    long session = ProcessStat.read(grandchild).orElseThrow().session();
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    StraySigns signs = new StraySigns("nobody's", elsewhere, 0);
    assertFalse(signs.belongs(grandchild));
    assertTrue(signs.session(session).belongs(grandchild));
  }

  @Test
  void cookie_isMatchedWhole_orAsTheBeginningOfMany() throws IOException {
    Process other;
    ProcessBuilder builder = new ProcessBuilder("/bin/sleep", "1000");
    builder.environment().put(StraySigns.COOKIE, "worker/7");
    other = builder.start();
    try {
      Path process = process(other.toHandle());
      while (!new String(Files.readAllBytes(process.resolve("cmdline")), StandardCharsets.UTF_8)
          .contains("sleep")) {
        // Until it is the program that we started.
      }
      for (String cookie : Arrays.asList("worker/7", "worker/")) {
        assertTrue(new StraySigns(cookie, directory, 0).belongs(process), cookie);
      }
      for (String cookie : Arrays.asList("worker/77", "worker", "work/", "orker/7")) {
        assertFalse(new StraySigns(cookie, directory, 0).belongs(process), cookie);
      }
    } finally {
      other.destroyForcibly();
    }
  }
}
